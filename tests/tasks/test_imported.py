from pathlib import Path

import numpy as np
import pytest

from tests.tasks.planted import (
    HOUSES,
    TINY,
    published,
    write_icons,
    write_set,
    write_zips,
)
from treemeta.errors import DataError
from treemeta.tasks.cache import reopen
from treemeta.tasks.imported import icons_path, import_icons, import_omniglot
from treemeta.tasks.sources import open_dataset


def entries(folder: Path) -> list[str]:
    """Return what lies in a folder, locks apart."""
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".lock")


def test_omniglot_is_imported_and_imported_again(packs: Path, tmp_path: Path) -> None:
    source = write_zips(tmp_path, published())
    first = import_omniglot(source, TINY)
    assert open_dataset("omniglot") is first
    assert (first.path, first.roles) == (packs / "omniglot", {"Alpha": "train", "Beta": "test"})
    again = import_omniglot(source, TINY[:1])
    assert list(open_dataset("omniglot").tasks) == list(again.tasks) == ["Alpha"]
    assert entries(packs) == ["omniglot"]


def test_a_failed_import_leaves_what_was_there(packs: Path, tmp_path: Path) -> None:
    source = write_zips(tmp_path, published())
    first = import_omniglot(source, TINY)
    with pytest.raises(DataError, match="alphabet 'Alphabet_of_the_Magi' has 0 characters"):
        import_omniglot(source)
    reopen.cache_clear()
    assert np.array_equal(open_dataset("omniglot").images, first.images)
    assert entries(packs) == ["omniglot"]


CONCEPTS = [f"concept-{letter}" for letter in "abcdefghijklmnopqrst"]


def test_icons_are_imported_and_imported_again(packs: Path, tmp_path: Path) -> None:
    folder = write_icons(tmp_path / "all", CONCEPTS)
    first = import_icons([folder])
    assert open_dataset("iconify") is first
    assert (first.path, first.name, len(first.images)) == (packs / "iconify", "iconify", 200)
    again = import_icons([folder / house for house in HOUSES[::-1]])
    assert again.fingerprint == first.fingerprint
    write_set(folder / "fir", "fir", dict.fromkeys(CONCEPTS, "<g/>"))
    assert len(import_icons([folder]).images) == 220
    assert entries(packs) == ["iconify"]
    asked = open_dataset("iconify", questions="house,weight,concept")
    assert asked.class_names[0] == "icons01/concept/concept-a"
    assert "icons02/house/dogwood" in asked.class_names
    assert asked.shared == {
        f"icons0{n}/{what}" for n in (1, 2, 3, 4) for what in ("house", "weight")
    }


def test_a_failed_import_of_icons_leaves_what_was_there(packs: Path, tmp_path: Path) -> None:
    folder = write_icons(tmp_path / "all", CONCEPTS)
    first = import_icons([folder])
    with pytest.raises(DataError, match="4 are too few houses"):
        import_icons([folder / house for house in HOUSES[:4]])
    reopen.cache_clear()
    assert np.array_equal(open_dataset("iconify").images, first.images)
    assert icons_path() == packs / "iconify"
    assert entries(packs) == ["iconify"]
