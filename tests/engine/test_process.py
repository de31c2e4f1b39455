import subprocess
import sys


def printed(code: str) -> str:
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_a_tuned_process_has_one_thread_for_products() -> None:
    assert (
        printed("""
import numpy, torch
from threadpoolctl import threadpool_info
from treemeta.engine.process import tune_process
tune_process()
pools = {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}
print(torch.get_num_threads(), pools)
""")
        == "1 {1}\n"
    )


def test_a_tuned_process_keeps_the_memory_that_it_frees() -> None:
    # Asked of malloc alone: whether a tensor's memory lies at the heap's end is left to chance.
    # Memory that went back to the system would come again page by page, 8,000 of them a round.
    faults = printed("""
import ctypes, resource
from treemeta.engine.process import tune_process
tune_process()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.free.argtypes = [ctypes.c_void_p]
libc.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
for round in range(6):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    blocks = [libc.malloc(8 << 20) for _ in range(4)]
    for block in blocks: libc.memset(block, 1, 8 << 20)
    for block in blocks: libc.free(block)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
""")
    assert all(int(count) < 1000 for count in faults.split()[1:])
