"""Independent units of work on an existing Ray cluster."""

import logging
import os
import socket
import sys
from collections.abc import Callable, Iterable
from contextlib import ExitStack, redirect_stdout
from pathlib import Path
from typing import Any, Self

import numpy as np
import ray
from ray.exceptions import RayError, RayTaskError

from treemeta.engine.local import Engine, Result, Unit
from treemeta.engine.process import tune_process
from treemeta.engine.transport import Placed, once, pack, unpickle
from treemeta.errors import MachineError

NEARBY = Path("/tmp/ray/ray_current_cluster")  # where ray start notes its address, and leaves it


class RayEngine(Engine):
    """Maps a function over units as Ray tasks, with the results of the local engine.

    Ray runs a task again when its worker or its node is lost, so units are pure and only this
    process, the driver, writes anything. Big arrays go through Ray's object store, a data set's
    images once; a node of the cluster needs treemeta, but no data of its own.
    """

    remote = True

    def __init__(self) -> None:
        super().__init__(workers=1)
        address = os.environ.get("RAY_ADDRESS", "auto")
        try:
            _reach(address)
            ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
        except (OSError, ValueError, RayError) as error:
            raise MachineError(
                "--engine ray finds no cluster: start one with 'ray start --head', or name one in "
                "RAY_ADDRESS"
            ) from error
        self._run = ray.remote(max_retries=-1)(_answer)
        # What cannot change, such as the mapped file of a data set, is sent once for all calls.
        self._kept: Placed = {}
        self._open = ExitStack()

    def map(self, function: Callable[[Unit], Result], units: Iterable[Unit]) -> list[Result]:
        """Return ``[function(unit) for unit in units]``; the function must be a module's own."""
        placed: Placed = {}

        def place(content: memoryview) -> Any:
            return once(self._kept if content.readonly else placed, content, _put)

        calls = []
        for unit in units:
            packed = pack(unit, place, whole=True)
            calls.append(self._run.remote(function, packed.pickled, *packed.spans))
        try:
            return ray.get(calls)
        except RayTaskError as error:
            raise error.cause from None
        except RayError as error:
            raise MachineError(
                f"the Ray cluster failed ({type(error).__name__}): mend it and use --resume"
            ) from error

    def hosts(self) -> set[str]:
        """Return the names of the machines of the cluster."""
        return {node["NodeManagerHostname"] for node in ray.nodes() if node["Alive"]}  # type: ignore[no-untyped-call]

    def __enter__(self) -> Self:
        # Ray tells of lost nodes on stdout, which is for results.
        self._open.enter_context(redirect_stdout(sys.stderr))
        return self

    def _end(self) -> None:
        ray.shutdown()
        self._open.close()


def _put(content: memoryview) -> Any:
    return ray.put(np.frombuffer(content, np.uint8))


def _reach(address: str) -> None:
    """Raise if nobody listens at ``host:port``, where Ray itself would try for many minutes."""
    if address == "auto":
        if not NEARBY.exists():
            return  # Ray says at once that there is none
        address = NEARBY.read_text(encoding="utf-8").strip()
    host, _, port = address.removeprefix("ray://").rpartition(":")
    socket.create_connection((host, int(port)), timeout=10).close()


def _answer(function: Callable[[Any], Any], pickled: bytes, *buffers: np.ndarray) -> Any:
    tune_process()
    return function(unpickle(pickled, buffers))
