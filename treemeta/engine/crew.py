"""The processes of an engine: how they are started, and what is told where one ends too soon."""

import multiprocessing
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from treemeta.engine.worker import serve
from treemeta.errors import MachineError


def start_crew(
    count: int, shared: str | None, prepare: Callable[[], Any] | None
) -> dict[Connection, BaseProcess]:
    """Return so many new processes, each by the pipe to it, which answer calls once they are
    prepared; ``shared`` is the name of the memory that they share with this one."""
    crew: dict[Connection, BaseProcess] = {}
    context = multiprocessing.get_context("spawn")
    with _deaf_to_interrupts():  # what a new process inherits: this one decides for all
        for _ in range(count):
            here, there = context.Pipe()
            process = context.Process(target=serve, args=(there, shared, prepare), daemon=True)
            process.start()
            there.close()
            crew[here] = process
    return crew


def died(heard: bool) -> MachineError:
    """Return what is told of a process that has ended, after it was heard or before."""
    if not heard:
        return MachineError(
            "a worker process ended before it answered: let a script keep what it runs behind "
            'if __name__ == "__main__":, or lower --workers where memory is short'
        )
    return MachineError(
        "a worker process died (out of memory?): lower --workers; a training goes on by --resume"
    )


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, heard)
