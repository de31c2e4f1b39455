"""Packed data sets in the cache folder: made at first use, and found there ever after."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from treemeta.errors import DataError
from treemeta.tasks.cache import Pack, reopen, write_pack
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.shelf import cache_root, locked

PREFIX = "packed:"


def place_of(source: str) -> Path:
    """Return where the packed form of a source lies: a source says all that the pack is made of."""
    digest = hashlib.sha256(source.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return cache_root() / f"{source.split(':')[0].split()[0]}-{digest}"


def packed(source: str, name: str, make: Callable[[], Pack]) -> Dataset:
    """Return the packed form of a source, made under a lock if this is its first use."""
    path = place_of(source)
    if not path.exists():
        with locked(path):
            if not path.exists():  # still not, now that nobody else packs it
                write_pack(path, name, make())
    return reopen(path)


def open_packed(text: str) -> Dataset:
    """Return the data set of arrays that were packed under a name, ``packed:KIND-DIGEST``."""
    path = cache_root() / text.removeprefix(PREFIX)
    if not path.exists():
        raise DataError(
            f"data set {text!r} is not in {path.parent}: pack the same arrays again by "
            "treemeta.dataset, or name the folder that has it in TREEMETA_DATA"
        )
    return reopen(path)


def text_of(dataset: Dataset) -> str:
    """Return what ``--dataset`` takes for a data set of arrays."""
    return f"{PREFIX}{dataset.path.name}"
