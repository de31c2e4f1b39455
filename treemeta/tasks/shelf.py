"""The folder in which packed data sets lie, and the right to write there."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from treemeta.errors import StorageError


def cache_root() -> Path:
    """Return the folder of the packed data sets: ``$TREEMETA_DATA``, else the user's cache."""
    if named := os.environ.get("TREEMETA_DATA"):
        return Path(os.path.abspath(os.path.expanduser(named)))
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base).expanduser() / "treemeta"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the exclusive right to write ``folder``; its parent is made."""
    lock = folder.parent / f".{folder.name}.lock"
    with _storage(folder):
        lock.touch()
    with open(lock) as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextmanager
def scratch(folder: Path) -> Iterator[Path]:
    """Lend a folder beside ``folder`` for as long as the block runs."""
    prefix = f".{folder.name}."
    with _storage(folder), TemporaryDirectory(prefix=prefix, dir=folder.parent) as lent:
        yield Path(lent)


@contextmanager
def _storage(folder: Path) -> Iterator[None]:
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise StorageError(
            f"{folder} cannot be written ({error}): make room or name a folder in TREEMETA_DATA"
        ) from error
