"""Independent units of work on this machine: here, or in single-thread processes."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Self, TypeVar

from treemeta.errors import MachineError

Unit = TypeVar("Unit")
Result = TypeVar("Result")


def physical_cores() -> int:
    """Return the number of cores this process may use, two hyper-threads counted once."""
    import psutil

    physical = psutil.cpu_count(logical=False) or 1
    if hasattr(os, "sched_getaffinity"):
        return min(physical, len(os.sched_getaffinity(0)))
    return physical


class Engine:
    """Maps a function over units, in order; the result never depends on ``workers``.

    Every unit runs on one thread, whether here or in a process, because two threads change the
    last bits and collapse when the machine is busy.
    """

    def __init__(self, workers: int = 1) -> None:
        self.workers = workers
        self._pool: ProcessPoolExecutor | None = None
        _one_thread()

    def map(self, function: Callable[[Unit], Result], units: Iterable[Unit]) -> list[Result]:
        """Return ``[function(unit) for unit in units]``; the function must be a module's own."""
        units = list(units)
        if self.workers == 1 or len(units) == 1:
            return [function(unit) for unit in units]
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self.workers, multiprocessing.get_context("spawn"), initializer=_start_worker
            )
        try:
            return list(self._pool.map(function, units))
        except BrokenProcessPool as error:
            raise MachineError(
                "a worker process died (out of memory?): lower --workers and use --resume"
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=kind is None, cancel_futures=True)


def _one_thread() -> None:
    import torch

    torch.set_num_threads(1)


def _start_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what an interrupt means
    _one_thread()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
