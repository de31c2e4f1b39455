"""What lies packed on this machine: how many data sets of a kind, and how large they are."""

from dataclasses import dataclass
from pathlib import Path

from treemeta.tasks.cache import IMAGES, INDEX
from treemeta.tasks.shelf import cache_root

OWN = ("folder", "table", "images", "rows")  # what folders, tables and arrays are packed as


@dataclass(frozen=True)
class Stock:
    """How many packs there are of a kind, and their bytes."""

    packs: int = 0
    bytes: int = 0


def stock_of(*kinds: str) -> Stock:
    """Return what is packed of some kinds: the words that the names of packs begin with."""
    folders = [path for path in cache_root().glob("*") if path.name.partition("-")[0] in kinds]
    sizes = [size for size in map(_size, folders) if size]
    return Stock(len(sizes), sum(sizes))


def _size(folder: Path) -> int:
    """Return the bytes of a pack; 0 for what is none, or not whole."""
    if not all((folder / name).is_file() for name in (IMAGES, INDEX)):
        return 0
    return sum(file.stat().st_size for file in folder.iterdir())
