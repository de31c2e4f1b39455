"""Data sets that are brought once, and lie packed from then on: Omniglot and Iconify's icons."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from treemeta.tasks.cache import reopen, write_pack
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.iconify import read_sets
from treemeta.tasks.icons import read_icons
from treemeta.tasks.omniglot import Script, read_omniglot
from treemeta.tasks.shelf import cache_root, locked

GET_OMNIGLOT = "run 'treemeta data download omniglot' or 'treemeta data import PATH'"
GET_ICONS = (
    "get npm's packages @iconify-json/* (five or more of tabler, ph, solar, mdi, fluent, ...) and "
    "run 'treemeta data import iconify PATH...'"
)


def import_omniglot(path: Path, expected: Iterable[Script] | None = None) -> Dataset:
    """Pack Omniglot from zip files or folders the user has, replacing what was packed before."""
    pack = read_omniglot(path, expected)
    with locked(omniglot_path()):
        return reopen(write_pack(omniglot_path(), "omniglot", pack))


def omniglot_path() -> Path:
    """Return where Omniglot is packed."""
    return cache_root() / "omniglot"


def import_icons(paths: Sequence[Path]) -> Dataset:
    """Pack icons from Iconify's files, replacing what was packed before."""
    pack = read_icons(read_sets(paths))
    with locked(icons_path()):
        return reopen(write_pack(icons_path(), "iconify", pack))


def icons_path() -> Path:
    """Return where icons are packed."""
    return cache_root() / "iconify"
