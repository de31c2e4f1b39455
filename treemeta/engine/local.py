"""Independent units of work on this machine: here, or in single-thread processes."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import cycle
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from multiprocessing.shared_memory import SharedMemory
from types import TracebackType
from typing import Any, Self, TypeVar

from treemeta.engine.crew import died, start_crew
from treemeta.engine.process import tune_process
from treemeta.engine.transport import (
    ALIGNED,
    INPUTS,
    Packed,
    Region,
    open_shared,
    pack,
    unpack,
)
from treemeta.engine.worker import Call

SILENCE = 60.0  # seconds, after which whoever waits without a bar is told how far work is
AHEAD = 2  # units a worker has been sent: while it answers one, the next is there

Unit = TypeVar("Unit")
Result = TypeVar("Result")


Told = Callable[[int, int], None]


def _untold(done: int, total: int) -> None:
    """Tell nobody."""


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
    last bits and collapse when the machine is busy. The processes are fed by this thread itself:
    units take milliseconds, and the threads of an executor keep its processes waiting as long.
    """

    remote = False  # whether units are costly to send, and so should be few and long

    def __init__(self, workers: int = 1, prepare: Callable[[], Any] | None = None) -> None:
        self.workers = workers
        self.told: Told = _untold  # hears how many of how many units of a call are done
        self._prepare = prepare  # what each process calls first
        self._crew: dict[Connection, BaseProcess] = {}
        self._heard: set[Connection] = set()  # those of the crew that have answered before
        self._shared: SharedMemory | None = None
        tune_process()

    def map(self, function: Callable[[Unit], Result], units: Iterable[Unit]) -> list[Result]:
        """Return ``[function(unit) for unit in units]``; the function must be a module's own."""
        units = list(units)
        self.told(0, len(units))
        if self.workers == 1 or len(units) == 1:
            results = []
            for done, unit in enumerate(units, 1):
                results.append(function(unit))
                self.told(done, len(units))
            return results
        if not self._crew:
            self._start()
        with self._whole():
            return self._share_out(function, units)

    def start(self) -> None:
        """Start the processes, if there are to be any, and wait until each has answered: where one
        cannot, that is told before anything else is done."""
        if self.workers == 1 or self._crew:
            return
        self._start()
        with self._whole():
            for pipe in self._crew:
                self._send(pipe, Call(abs, pack(0, _nowhere), 0, 0))
            for pipe in self._crew:
                self._receive(pipe)

    @contextmanager
    def _whole(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self._end()  # or the next call would receive what this one still has coming
            raise

    def _share_out(self, function: Callable[[Unit], Result], units: list[Unit]) -> list[Result]:
        memory = self._shared.buf if self._shared else None
        inputs = Region(memory, 0, INPUTS)
        # A worker writes its results to places of its own by turns: when it is sent another unit,
        # the result before last has been read.
        places = AHEAD * len(self._crew)
        size = (len(memory) - INPUTS) // places // ALIGNED * ALIGNED if memory else 0
        results: dict[int, Any] = {}
        waiting = list(range(len(units)))[::-1]
        sent: dict[Connection, list[int]] = {pipe: [] for pipe in self._crew}
        turns = {pipe: cycle(range(first, places, len(sent))) for first, pipe in enumerate(sent)}

        def send() -> None:
            for pipe, numbers in sent.items():
                while waiting and len(numbers) < min(AHEAD, len(waiting)):
                    i, start = waiting.pop(), INPUTS + next(turns[pipe]) * size
                    self._send(pipe, Call(function, pack(units[i], inputs.place), start, size))
                    numbers.append(i)

        send()
        while len(results) < len(units):
            if waiting:
                i = waiting.pop()
                results[i] = function(units[i])
                self.told(len(results), len(units))
            for pipe in wait([p for p, numbers in sent.items() if numbers], 0 if waiting else None):
                assert isinstance(pipe, Connection)
                results[sent[pipe].pop(0)] = unpack(self._receive(pipe), memory, copy=True)
                self.told(len(results), len(units))
            send()
        return [results[i] for i in range(len(units))]

    def _start(self) -> None:
        self._shared = open_shared()
        name = self._shared.name if self._shared else None
        self._crew |= start_crew(self.workers - 1, name, self._prepare)

    def _send(self, pipe: Connection, call: Call) -> None:
        try:
            pipe.send(call)
        except OSError as error:
            raise died(pipe in self._heard) from error

    def _receive(self, pipe: Connection) -> Packed:
        try:
            answer = pipe.recv()
        except (EOFError, OSError) as error:
            raise died(pipe in self._heard) from error
        self._heard.add(pipe)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def _end(self) -> None:
        for pipe, process in self._crew.items():
            process.kill()  # it holds nothing: what it found is here, or of no use any more
            process.join()
            pipe.close()
        self._crew.clear()
        self._heard.clear()
        shared, self._shared = self._shared, None
        if shared is not None:
            with suppress(OSError):  # a machine that ends workers may take their memory as well
                shared.close()
                shared.unlink()


def _nowhere(content: memoryview) -> None:
    """Have all that is sent pickled."""
