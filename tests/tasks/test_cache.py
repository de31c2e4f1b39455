import hashlib
import json
import pickle
import resource
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.tasks.planted import make_pack
from treemeta.errors import (
    DataError,
    IntegrityError,
    MachineError,
    StorageError,
    TreemetaError,
)
from treemeta.tasks.cache import (
    IMAGES,
    INDEX,
    TARGETS,
    Pack,
    reopen,
    write_pack,
)

NAME = st.text(min_size=1, max_size=6)
SIZES = st.dictionaries(st.tuples(NAME, NAME), st.integers(1, 3), min_size=1, max_size=6)
SMALL = make_pack({("a", "x"): 3, ("a", "y"): 2, ("b", "x"): 1})


@pytest.fixture(scope="module")
def packed() -> Iterator[Path]:
    """A packed data set that tests damage and put back."""
    with tempfile.TemporaryDirectory() as folder:
        yield write_pack(Path(folder) / "packed", "small", SMALL)


@settings(deadline=None, max_examples=40)
@given(SIZES)
def test_what_is_packed_comes_back(sizes: dict[tuple[str, str], int]) -> None:
    pack = make_pack(sizes)
    with tempfile.TemporaryDirectory() as folder:
        dataset = reopen(write_pack(Path(folder) / "one", "some name", pack))
        turned = replace(pack, classes=pack.classes[::-1])
        again = reopen(write_pack(Path(folder) / "two", "some name", turned))
    assert (dataset.name, dataset.roles, dataset.lineage) == ("some name", pack.roles, pack.lineage)
    found = {
        (task.name, dataset.class_names[position].removeprefix(f"{task.name}/")): position
        for task in dataset.tasks.values()
        for position in task.classes
    }
    assert len(found) == len(pack.classes)
    for task, label, images in pack.classes:
        start = dataset.starts[found[task, label]]
        assert np.array_equal(dataset.images[start : start + len(images)], images)
        assert dataset.drawings(found[task, label]) == len(images)
    assert again.fingerprint == dataset.fingerprint


@pytest.mark.parametrize(
    "other",
    [
        make_pack({("a", "x"): 3, ("a", "y"): 2, ("b", "y"): 1}),
        make_pack({("a", "x"): 2, ("a", "y"): 3, ("b", "x"): 1}),
        replace(SMALL, roles={"a": "train", "b": "test"}),
        replace(SMALL, classes=[(t, c, 255 - images) for t, c, images in SMALL.classes]),
    ],
    ids=["label", "sizes", "role", "pixels"],
)
def test_other_data_have_another_fingerprint(packed: Path, tmp_path: Path, other: Pack) -> None:
    assert reopen(write_pack(tmp_path / "other", "small", other)).fingerprint != (
        reopen(packed).fingerprint
    )


def test_what_means_the_same_in_every_task_is_kept_sealed_and_counted(
    packed: Path, tmp_path: Path
) -> None:
    folder = write_pack(tmp_path / "one", "small", replace(SMALL, shared=frozenset("ba")))
    found, plain = reopen(folder), reopen(packed)
    assert (found.shared, plain.shared) == ({"a", "b"}, set())
    assert pickle.loads(pickle.dumps(found)).shared == found.shared  # noqa: S301
    assert found.fingerprint != plain.fingerprint
    index = json.loads((folder / INDEX).read_text())
    assert index["shared"] == ["a", "b"]
    (folder / INDEX).write_text(json.dumps(index | {"shared": ["a"]}))
    reopen.cache_clear()
    with pytest.raises(IntegrityError, match="damaged"):
        reopen(folder)


TOLD = {
    "house": {("a", "x"): ("elm", "fir", "ash"), ("a", "y"): ("ash", "é"), ("b", "x"): ("elm",)},
    "weight": {("a", "x"): ("bold",) * 3, ("a", "y"): ("thin",) * 2, ("b", "x"): ("fill",)},
}


def test_labels_and_licences_come_back_in_the_order_of_the_images(tmp_path: Path) -> None:
    pack = replace(SMALL, labels=TOLD, licences={"elm": "MIT, é", "fir": "not stated"})
    found = reopen(write_pack(tmp_path / "one", "small", pack))
    turned = reopen(
        write_pack(tmp_path / "two", "small", replace(pack, classes=SMALL.classes[::-1]))
    )
    assert found.labels == {
        "house": ("elm", "fir", "ash", "ash", "é", "elm"),
        "weight": ("bold", "bold", "bold", "thin", "thin", "fill"),
    }
    assert found.licences == {"elm": "MIT, é", "fir": "not stated"}
    for other in (turned, pickle.loads(pickle.dumps(found))):  # noqa: S301
        assert (other.labels, other.licences) == (found.labels, found.licences)
        assert other.fingerprint == found.fingerprint


def test_other_labels_are_other_data_and_other_licences_are_not(
    packed: Path, tmp_path: Path
) -> None:
    turned = {"house": TOLD["house"] | {("b", "x"): ("fir",)}, "weight": TOLD["weight"]}
    renamed = {"maker": TOLD["house"], "weight": TOLD["weight"]}
    packs = [replace(SMALL, labels=labels) for labels in (TOLD, turned, renamed)]
    prints = {
        reopen(write_pack(tmp_path / str(number), "small", pack)).fingerprint
        for number, pack in enumerate(packs)
    }
    assert len(prints | {reopen(packed).fingerprint}) == 4
    licensed = reopen(write_pack(tmp_path / "one", "small", replace(SMALL, licences={"a": "b"})))
    assert licensed.fingerprint == reopen(packed).fingerprint
    assert (reopen(packed).labels, reopen(packed).licences) == ({}, {})


@pytest.mark.parametrize("change", [{"labels": {"house": ["elm"] * 6}}, {"licences": {"elm": ""}}])
def test_labels_and_licences_are_sealed(tmp_path: Path, change: dict[str, object]) -> None:
    pack = replace(SMALL, labels=TOLD, licences={"elm": "MIT"})
    folder = write_pack(tmp_path / "one", "small", pack)
    index = json.loads((folder / INDEX).read_text())
    (folder / INDEX).write_text(json.dumps(index | change))
    reopen.cache_clear()
    with pytest.raises(IntegrityError, match="damaged"):
        reopen(folder)


def test_a_pack_in_which_nothing_is_shared_is_what_it_always_was(packed: Path) -> None:
    index = json.loads((packed / INDEX).read_text())
    keys = ["format", "name", "sha256", "classes", "starts", "roles", "lineage", "seal"]
    assert list(index) == keys
    about = index["sha256"] + json.dumps([index["classes"], index["starts"], index["roles"]])
    assert reopen(packed).fingerprint == hashlib.sha256(about.encode()).hexdigest()


@contextmanager
def damaged(file: Path, content: bytes | None) -> Iterator[None]:
    """Replace what a file holds, or remove it, while the block runs."""
    before = file.read_bytes()
    file.write_bytes(content) if content is not None else file.unlink()
    reopen.cache_clear()
    try:
        yield
    finally:
        file.write_bytes(before)
        reopen.cache_clear()


@settings(deadline=None)
@given(st.integers(0, 6 * 784 - 1), st.integers(0, 7))
def test_a_flipped_bit_of_an_image_is_found(packed: Path, position: int, bit: int) -> None:
    content = bytearray((packed / IMAGES).read_bytes())
    content[-1 - position] ^= 1 << bit
    with damaged(packed / IMAGES, bytes(content)), pytest.raises(IntegrityError, match="damaged"):
        reopen(packed)


@settings(deadline=None, max_examples=300)
@given(st.sampled_from([IMAGES, INDEX]), st.integers(0, 10_000), st.integers(0, 255))
@example(IMAGES, 71, 9)  # a tab for a blank, in the head of an array
def test_a_changed_byte_is_found_or_means_nothing(
    packed: Path, name: str, position: int, value: int
) -> None:
    whole = reopen(packed)
    content = bytearray((packed / name).read_bytes())
    content[position % min(len(content), 700)] = value
    with damaged(packed / name, bytes(content)):
        try:
            found = reopen(packed)
        except IntegrityError:
            return
        assert found.images.dtype == whole.images.dtype
        assert np.array_equal(found.images, whole.images)
        assert replace(found, images=whole.images) == whole


@pytest.mark.parametrize("name", [IMAGES, INDEX])
@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        b"\x80\x00\xff",
        b"null",
        b"[]",
        b"{}",
        b'{"format": 1}',
        b"PK\x03\x04",
        b"[" * 9999,
    ],
    ids=lambda value: repr(value)[:12],
)
def test_garbage_is_called_damage_and_what_to_do_is_said(
    packed: Path, name: str, content: bytes | None
) -> None:
    with (
        damaged(packed / name, content),
        pytest.raises(IntegrityError, match=f"{packed} is damaged: delete that folder") as caught,
    ):
        reopen(packed)
    assert caught.value.exit_code == 5


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (OSError(12, "Cannot allocate memory"), MachineError),
        (PermissionError(13, "Permission denied"), StorageError),
    ],
)
def test_what_cannot_be_read_is_not_called_damage(
    packed: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, kind: type[TreemetaError]
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise error

    reopen.cache_clear()
    monkeypatch.setattr(np, "load", refuse)
    with pytest.raises(kind, match=str(packed)):
        reopen(packed)


def test_the_same_bytes_read_as_another_type_are_damage(packed: Path) -> None:
    content = (packed / IMAGES).read_bytes().replace(b"|u1", b"|i1")
    with damaged(packed / IMAGES, content), pytest.raises(IntegrityError):
        reopen(packed)


def test_a_pack_of_another_format_is_not_taken(
    packed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("treemeta.tasks.cache.FORMAT", 2)
    reopen.cache_clear()
    with pytest.raises(IntegrityError):
        reopen(packed)


def test_a_pack_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=f"no packed data set at {tmp_path}/none: "):
        reopen(tmp_path / "none")


def test_the_index_is_ascii_whatever_the_locale(tmp_path: Path) -> None:
    index = write_pack(tmp_path / "one", "é", make_pack({("ß", "日"): 1})) / INDEX
    assert index.read_bytes().isascii()
    assert json.loads(index.read_bytes())["classes"] == [["ß", "日"]]


def test_a_new_pack_replaces_the_old_and_the_old_stays_readable(tmp_path: Path) -> None:
    old = reopen(write_pack(tmp_path / "one", "old", SMALL))
    before = old.images.tobytes()
    new = reopen(write_pack(tmp_path / "one", "new", make_pack({("c", "z"): 2})))
    assert (new.name, list(new.tasks)) == ("new", ["c"])
    assert old.images.tobytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """Let no file grow over a size while the block runs."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("size", [0, 1000, 8000])  # in the header, the images, the index
def test_a_full_disk_leaves_the_old_pack_and_nothing_else(tmp_path: Path, size: int) -> None:
    old = write_pack(tmp_path / "one", "old", SMALL)
    large = make_pack({("a", f"{label:0200}"): 1 for label in range(8)})
    large = replace(large, lineage={"a": ("root" * 3000,)})
    with full_disk(size), pytest.raises(StorageError, match=r"cannot be written .*: make room"):
        write_pack(old, "new", large)
    assert [path.name for path in tmp_path.iterdir()] == ["one"]
    assert reopen(old).name == "old"


# Tables


def make_table(spread: float = 3.0, targets: bool = True) -> Pack:
    """Return a table of two tasks with three features, the last of them constant."""
    rng = np.random.default_rng(0)
    pack = Pack([], {"a": "train", "b": "test"}, {})
    for task in pack.roles:
        rows = rng.normal(7, spread, (5, 3)).astype(np.float32)
        rows[:, 2] = 4
        pack.classes.append((task, "points", rows))
        if targets:
            pack.targets[task, "points"] = rng.normal(-2, spread, 5).astype(np.float32)
    return pack


def test_a_table_comes_back_in_units_of_its_own(tmp_path: Path) -> None:
    pack = make_table()
    dataset = reopen(write_pack(tmp_path / "table", "table", pack))
    rows = np.concatenate([each for _, _, each in pack.classes])
    told = np.concatenate([*pack.targets.values()])
    assert (dataset.shape, dataset.images.dtype, dataset.targets.dtype) == ((3,), "f4", "f4")
    assert np.allclose(dataset.images.mean(0), 0, atol=1e-6)
    assert np.allclose(dataset.images.std(0), [1, 1, 0])
    units = dataset.units
    assert units is not None
    back = dataset.images * np.array(units.deviations) + np.array(units.means)
    assert np.allclose(back, rows, atol=1e-5)
    back = dataset.targets * units.target_deviation + units.target_mean
    assert np.allclose(back, told, atol=1e-5)
    assert dataset.unit == pytest.approx(told.var(), rel=1e-5)


def test_the_targets_of_a_table_are_part_of_what_it_is(tmp_path: Path) -> None:
    pack, other = make_table(), make_table()
    other.targets["a", "points"][0] += 1
    found = {
        reopen(write_pack(tmp_path / name, "table", one)).fingerprint
        for name, one in (("one", pack), ("other", other), ("none", make_table(targets=False)))
    }
    assert len(found) == 3


@pytest.mark.parametrize("damage", ["other", "longer", "double", "gone"])
def test_damaged_targets_are_refused(tmp_path: Path, damage: str) -> None:
    path = write_pack(tmp_path / "table", "table", make_table())
    told = np.load(path / TARGETS)
    damaged = {"other": told + 1, "longer": np.append(told, told[:1]), "double": told.astype("f8")}
    (path / TARGETS).unlink()
    if damage in damaged:
        np.save(path / TARGETS, damaged[damage])
    with pytest.raises(IntegrityError, match="is damaged: delete that folder and pack it again"):
        reopen(path)


def test_a_table_of_classes_has_no_unit(tmp_path: Path) -> None:
    dataset = reopen(write_pack(tmp_path / "table", "table", make_table(targets=False)))
    assert (dataset.targets, dataset.unit) == (None, 1.0)
