from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.tasks.planted import TINY, encoded, png, published, write_files, write_zips
from treemeta.errors import DataError, TreemetaError
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.omniglot import SUBSETS, read_omniglot, scripts

Write = Callable[[Path, dict[str, bytes]], Path]
FIRST = "images_background/Alpha/character01/0000_01.png"


def test_the_table_knows_fifty_alphabets() -> None:
    table = scripts()
    assert len({script.alphabet for script in table}) == len(table) == 50
    assert sum(script.characters for script in table) == 1623
    assert [sum(s.subset == subset for s in table) for subset in SUBSETS] == [30, 20]
    assert [sum(s.role == role for s in table) for role in ("train", "test")] == [35, 15]
    assert all(all(script.lineage) for script in table)


@pytest.mark.parametrize("write", [write_zips, write_files])
def test_zip_files_and_folders_are_read_alike(tmp_path: Path, write: Write) -> None:
    pack = read_omniglot(write(tmp_path, published()), TINY)
    assert [(task, label) for task, label, _ in pack.classes] == [
        (task, label) for task in ("Alpha", "Beta") for label in ("character01", "character02")
    ]
    for _, label, images in pack.classes:
        first = 100 * (int(label[-2:]) - 1)  # each drawing is in a shade of its own
        assert images[:, 0, 0].tolist() == [255 - first - number for number in range(20)]
    assert pack.roles == {"Alpha": "train", "Beta": "test"}
    assert pack.lineage == {"Alpha": ("North", "Coast"), "Beta": ("South", "Hills")}


def test_what_does_not_belong_is_left_out(tmp_path: Path) -> None:
    extra = {
        "images_background/Gamma/character01/0000_01.png": png(),
        "images_background/Alpha/readme.txt": b"hello",
        "images_background/__MACOSX/character01/._0000_01.png": b"no image",
    }
    whole = read_omniglot(write_zips(tmp_path, published() | extra), TINY)
    assert {task for task, _, _ in whole.classes} == {"Alpha", "Beta"}


def without(*gone: str) -> dict[str, bytes]:
    return {name: data for name, data in published().items() if not name.startswith(gone)}


@pytest.mark.parametrize("write", [write_zips, write_files])
@pytest.mark.parametrize(
    ("files", "message"),
    [
        (without(FIRST), "'Alpha' has 2 characters with 39 drawings instead of 2 with 40: unpack"),
        (without(FIRST[:36]), "'Alpha' has 1 characters with 20 drawings instead of 2 with 40"),
        (
            without(FIRST[:23]) | {"images_background/A/b/c.png": png()},
            "'Alpha' has 0",
        ),
        (published() | {"images_evaluation/Beta/new/1.png": png()}, "'Beta' has 3 characters"),
        (
            without("images_evaluation"),
            "holds neither images_evaluation.zip nor images_evaluation/",
        ),
        (published() | {FIRST: b"no image"}, "cannot be decoded: replace or remove it"),
        (published() | {FIRST: png()[:-20]}, "cannot be read .*: replace it"),
    ],
    ids=["drawing", "character", "alphabet", "more", "subset", "garbage", "truncated"],
)
def test_what_is_not_whole_is_refused(
    tmp_path: Path, write: Write, files: dict[str, bytes], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        read_omniglot(write(tmp_path, files), TINY)


def test_equal_sums_do_not_hide_a_gap(tmp_path: Path) -> None:
    moved = without(FIRST) | {FIRST.replace("character01", "character02"): png()}
    with pytest.raises(DataError, match="'Alpha' has 2 characters with 40 drawings"):
        read_omniglot(write_zips(tmp_path, moved), TINY)


@pytest.mark.parametrize("kept", [0, 1, -1000, -1])
def test_a_truncated_zip_file_is_named(tmp_path: Path, kept: int) -> None:
    file = write_zips(tmp_path, published()) / "images_evaluation.zip"
    file.write_bytes(file.read_bytes()[:kept])
    with pytest.raises(DataError, match=f"{file} is not a whole zip file: download it again"):
        read_omniglot(tmp_path, TINY)


@pytest.fixture(scope="module")
def one_zip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    noise = np.random.default_rng(0).integers(0, 256, (28, 28), dtype=np.uint8)
    content = encoded(Image.fromarray(noise))
    return write_zips(tmp_path_factory.mktemp("zip"), dict.fromkeys(published(TINY[:1]), content))


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), min_size=1, max_size=3))
def test_a_damaged_zip_file_is_read_or_refused_in_one_sentence(
    one_zip: Path, changes: list[tuple[int, int]]
) -> None:
    file = one_zip / "images_background.zip"
    whole = file.read_bytes()
    content = bytearray(whole)
    for position, value in changes:
        content[-1 - position % len(content)] = value
    file.write_bytes(content)
    try:
        count = len(read_omniglot(one_zip, TINY[:1]).classes)
    except TreemetaError as error:
        count = 2 if "\n" not in str(error) else 0
    finally:
        file.write_bytes(whole)
    assert count == 2


@pytest.mark.parametrize(
    ("local", "central"),
    [
        ({6: 1}, {8: 1}),
        ({}, {8: 0x20}),
        ({}, {10: 99}),
        ({30 + len(FIRST): 0xFF}, {}),
        ({}, {10: 0, 22: 16, 26: 16}),
        ({7: 8, 30: 0xFF}, {9: 8, 46: 0xFF}),
    ],
    ids=["encrypted", "patched", "method", "deflated", "stored past the end", "name"],
)
def test_an_entry_that_cannot_be_unpacked_is_refused(
    tmp_path: Path, local: dict[int, int], central: dict[int, int]
) -> None:
    file = write_zips(tmp_path, published()) / "images_background.zip"
    content = bytearray(file.read_bytes())
    directory = content.index(b"PK\x01\x02")
    for position, value in [*local.items(), *((directory + at, v) for at, v in central.items())]:
        content[position] = value
    file.write_bytes(content)
    with pytest.raises(DataError, match="is not a whole zip file"):
        read_omniglot(tmp_path, TINY)


def test_an_entry_over_the_limit_is_not_unpacked(tmp_path: Path) -> None:
    bomb = published() | {FIRST: bytes(33 * 2**20)}
    with pytest.raises(DataError, match=f"'{FIRST}' is larger than any image"):
        read_omniglot(write_zips(tmp_path, bomb), TINY)


@pytest.mark.parametrize("name", ["missing", "images_background.zip"])
def test_a_path_that_is_no_folder_is_refused(tmp_path: Path, name: str) -> None:
    write_zips(tmp_path, published())
    with pytest.raises(DataError, match="is not a folder: name the one that holds images_back"):
        read_omniglot(tmp_path / name, TINY)


@pytest.mark.omniglot
def test_the_real_omniglot_is_whole(omniglot: Dataset) -> None:
    counts = {name: len(task.classes) for name, task in omniglot.tasks.items()}
    assert counts == {script.alphabet: script.characters for script in scripts()}
    assert {omniglot.drawings(position) for position in range(1623)} == {20}
    assert (omniglot.images.max(axis=(1, 2)) > 60).all()  # no drawing is empty
    assert omniglot.images.mean() < 64  # ink on paper, not the other way round
    assert omniglot.lineage == {script.alphabet: script.lineage for script in scripts()}
