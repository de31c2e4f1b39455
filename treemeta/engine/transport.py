"""How units and results travel between processes: big arrays through shared memory, the rest in
a pickle of our own making."""

import io
import os
import pickle
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from multiprocessing.shared_memory import SharedMemory
from typing import Any

import numpy as np

BIG = 1 << 14  # bytes from which an array is worth its place in shared memory
SHARED = 48 << 20  # bytes shared by an engine and its workers
INPUTS = 8 << 20  # of these for what is sent; the rest for results
ALIGNED = 64

Place = Callable[[memoryview], Any]  # puts bytes somewhere and says where, or None for nowhere
# By address and size; the bytes are held too, or their address would be used again.
Placed = dict[tuple[int, int], tuple[memoryview, Any]]


@dataclass(frozen=True)
class Packed:
    """A pickled object, and for each of its big arrays what ``place`` said of it; in a region,
    ``(start, bytes)``."""

    pickled: bytes
    spans: tuple[Any, ...]


class Region:
    """A stretch of shared memory that is filled from its start; an array is written once."""

    def __init__(self, memory: memoryview | None, start: int, stop: int):
        self._memory, self._at, self._stop = memory, start, stop
        self._written: Placed = {}

    def place(self, content: memoryview) -> tuple[int, int] | None:
        """Write bytes and return where, or ``None`` where there is no room."""
        return once(self._written, content, self._write)

    def _write(self, content: memoryview) -> tuple[int, int] | None:
        start, stop = self._at, self._at + content.nbytes
        if self._memory is None or stop > self._stop:
            return None
        self._memory[start:stop] = content
        self._at = -(-stop // ALIGNED) * ALIGNED
        return start, content.nbytes


def once(placed: Placed, content: memoryview, place: Place) -> Any:
    """Return where bytes were placed, and place them if they were not."""
    array = np.frombuffer(content, np.uint8)
    key = (array.ctypes.data, array.size)
    if key not in placed:
        placed[key] = (content, place(content))
    return placed[key][1]


def open_shared() -> SharedMemory | None:
    """Return new shared memory, or ``None`` where the system has too little: then everything is
    pickled."""
    try:
        shared = SharedMemory(create=True, size=SHARED)
    except OSError:
        return None
    try:
        reserve(f"/dev/shm/{shared.name}", SHARED)
    except OSError:
        shared.close()
        shared.unlink()
        return None
    return shared


def reserve(path: str, size: int) -> None:
    """Take all the room of a file at once: where the system gave it page by page and ran out, a
    process that writes would be killed."""
    file = os.open(path, os.O_RDWR)
    try:
        os.posix_fallocate(file, 0, size)
    finally:
        os.close(file)


def pack(thing: Any, place: Place, whole: bool = False) -> Packed:
    """Pickle an object, its big arrays and tensors where ``place`` puts them.

    What is placed must not change before the other side has read it. With ``whole``, nothing is
    left behind that only this machine has, such as the file of a data set.
    """
    spans: list[Any] = []

    def in_pickle(buffer: pickle.PickleBuffer) -> bool:
        content = buffer.raw()
        span = place(content) if content.nbytes >= BIG else None
        if span is not None:
            spans.append(span)
        return span is None

    stream = io.BytesIO()
    pickler = (_WholePickler if whole else _Pickler)(stream, 5, buffer_callback=in_pickle)
    pickler.dump(thing)
    return Packed(stream.getvalue(), tuple(spans))


def unpack(packed: Packed, memory: memoryview | None, copy: bool) -> Any:
    """Return an object packed in a region; without ``copy``, its big arrays are the region."""
    buffers: list[Any] = []
    for start, size in packed.spans:
        assert memory is not None
        span = memory[start : start + size]
        buffers.append(bytearray(span) if copy else span)
    return unpickle(packed.pickled, buffers)


def unpickle(pickled: bytes, buffers: Iterable[Any]) -> Any:
    """Return a pickled object: one that another process of this program wrote, never a file's."""
    return pickle.loads(pickled, buffers=buffers)  # noqa: S301


class _Pickler(pickle.Pickler):
    def reducer_override(self, thing: Any) -> Any:
        """Send a tensor as the array it is: torch's own way opens a file for each."""
        torch = sys.modules.get("torch")
        if torch is not None and type(thing) is torch.Tensor:
            return _as_tensor, (thing.contiguous().numpy(),)
        return NotImplemented


class _WholePickler(_Pickler):
    # Not copyreg's, which knows of local files.
    dispatch_table = {}  # noqa: RUF012

    def reducer_override(self, thing: Any) -> Any:
        """Send a mapped file as the array it holds."""
        if type(thing) is np.memmap:
            return np.asarray, (thing.view(np.ndarray),)
        return super().reducer_override(thing)


def _as_tensor(array: np.ndarray) -> Any:
    import torch

    return torch.from_numpy(array if array.flags.writeable else array.copy())
