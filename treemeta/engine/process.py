"""What a process that works on units is set to: one thread, and memory that it keeps."""

import ctypes
import sys

# glibc's mallopt, from malloc.h: what each setting is called there.
TRIM_THRESHOLD, TOP_PAD, MMAP_THRESHOLD = -1, -2, -3
KEPT = 1 << 30  # bytes at the heap's end that are not given back
GROWN = 64 << 20  # bytes by which the heap grows beyond what is asked
LARGE = 32 << 20  # bytes from which memory is the system's own, the most that glibc takes


def tune_process() -> None:
    """Run torch and numpy's products on one thread from now on, and keep freed memory."""
    import torch
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    torch.set_num_threads(1)
    threadpool_limits(1, "blas")  # sums over threads end in other bits
    keep_heap()


def keep_heap() -> None:
    """Let this process keep freed memory instead of giving it back to the system.

    An episode frees and asks for some fifty megabytes; whether these go back and forth between
    process and system each time, cleared page by page, hangs on where the heap happens to end, and
    makes an episode half as long again. Other libraries than glibc are left as they are.
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(MMAP_THRESHOLD, LARGE)
        mallopt(TRIM_THRESHOLD, KEPT)
        mallopt(TOP_PAD, GROWN)
