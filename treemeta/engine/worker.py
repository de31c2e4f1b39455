"""A process that answers calls, one after the other, on one thread."""

import multiprocessing
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.shared_memory import SharedMemory
from queue import Queue
from typing import Any

from treemeta.engine.process import tune_process
from treemeta.engine.transport import Packed, Region, pack, unpack


@dataclass(frozen=True)
class Call:
    """A function, its packed unit, and the bytes of shared memory for its result."""

    function: Callable[[Any], Any]
    unit: Packed
    start: int
    size: int


def serve(pipe: Connection, shared: str | None, prepare: Callable[[], Any] | None) -> None:
    """Answer calls until the engine hangs up or its process ends, once it is prepared for them."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    tune_process()
    if prepare:
        prepare()
    opened = SharedMemory(shared) if shared else None
    memory = opened.buf if opened else None
    calls: Queue[Call | Exception] = Queue()
    threading.Thread(target=_listen, args=(pipe, calls), daemon=True).start()
    while True:
        call = calls.get()
        try:
            if isinstance(call, Exception):
                raise call
            result = call.function(unpack(call.unit, memory, copy=False))
            pipe.send(pack(result, Region(memory, call.start, call.start + call.size).place))
        except Exception as error:
            pipe.send(error)


def _listen(pipe: Connection, calls: "Queue[Call | Exception]") -> None:
    """Take calls off the pipe as they come, even while an answer is on its way back: two that both
    send what the pipe does not hold would wait for each other for ever. What cannot be understood
    here, such as a function of a module that is not found, is answered as what went wrong."""
    while True:
        try:
            calls.put(pipe.recv())
        except (EOFError, OSError):
            os._exit(0)
        except Exception as error:
            calls.put(error)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
