"""One owner a tree: whoever trains it holds it from the beginning to the end."""

import fcntl
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from treemeta.errors import StorageError
from treemeta.store.documents import json_text
from treemeta.store.lease import is_leased, leased, taken
from treemeta.store.registry import Registry
from treemeta.store.sqlite import SQLITE, sqlite_path

Check = Callable[[], None]
LOOKS, MOMENT = 3, 0.05  # times, and seconds between them


@contextmanager
def owned(registry: Registry, tree: str) -> Iterator[Check]:
    """Own a tree for a while; yield what raises ``RegistryError`` once it is another's.

    Raises ``RegistryError`` that says who owns it and since when. Of a registry in one sqlite file
    a lock beside it is held, which ends with the process, however that ends; on a server, which
    has no locks, a lease is renewed.
    """
    if not registry.uri.startswith(SQLITE):
        with leased(registry.client, tree, this_process()) as check:
            yield check
        return
    path = _lock_of(registry, tree)
    with _locked(path, tree) as handle:
        with _on_disk(path):
            handle.truncate(0)
            handle.write(json_text(this_process()))
            handle.flush()
        try:
            yield lambda: None
        finally:
            path.unlink(missing_ok=True)  # still locked: whoever waits sees that it is gone


def is_owned(registry: Registry, tree: str) -> bool:
    """Whether somebody trains a tree."""
    if not registry.uri.startswith(SQLITE):
        return is_leased(registry.client, tree, this_process())
    try:
        with open(_lock_of(registry, tree), encoding="utf-8") as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False  # whoever wrote that file has ended without a word


def _lock_of(registry: Registry, tree: str) -> Path:
    database = sqlite_path(registry.uri).resolve()
    return database.parent / f".{database.name}.{tree}.lock"


def this_process() -> dict[str, str | int]:
    """Return what tells a user which process this is."""
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return {"host": socket.gethostname(), "pid": os.getpid(), "since": now}


@contextmanager
def _locked(path: Path, tree: str) -> Iterator[IO[str]]:
    """Yield a file that no other process has locked."""
    while True:
        with _on_disk(path):
            handle = open(path, "a+", encoding="utf-8")  # noqa: SIM115 - closed below
        with handle:
            if not _locks(handle):
                handle.seek(0)
                raise taken(tree, handle.read())
            if _is(path, handle):  # else its owner has ended and removed it in between
                yield handle
                return


def _locks(handle: IO[str]) -> bool:
    """Lock a file; who only looks whether it is locked has it for no longer than a moment."""
    for _ in range(LOOKS):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(MOMENT)
        else:
            return True
    return False


def _is(path: Path, handle: IO[str]) -> bool:
    try:
        return os.path.samestat(os.stat(path), os.fstat(handle.fileno()))
    except FileNotFoundError:
        return False


@contextmanager
def _on_disk(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"{path.parent} cannot be written to ({error.strerror}): no tree is trained there"
        ) from error
