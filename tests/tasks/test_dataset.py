import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.tasks.planted import make_dataset, make_pack
from treemeta.errors import ConfigError, DataError
from treemeta.tasks.cache import reopen, write_pack
from treemeta.tasks.dataset import Dataset, Task, check_enough, check_seen, check_which, too_small
from treemeta.tasks.omniglot import lake

PLANTED = make_dataset({"b": [3, 5], "a": [4]})


def test_classes_have_as_many_drawings_as_the_source() -> None:
    assert [PLANTED.drawings(position) for position in range(3)] == [3, 5, 4]


@pytest.mark.parametrize(("which", "names"), [("all", "abc"), ("train", "ac"), ("test", "b")])
def test_tasks_are_selected_by_role_and_sorted(which: str, names: str) -> None:
    dataset = make_dataset({"c": [1], "b": [1], "a": [1]})
    dataset.roles["b"] = "test"
    assert [task.name for task in dataset.select(which)] == list(names)


@pytest.mark.parametrize(
    ("ways", "drawings", "message"),
    [
        (2, 4, "task 'a' of planted has 1 class, but an episode takes 2: leave the task out"),
        (1, 4, "class 'b/0' of planted has 3 images, but an episode takes 4 .*: lower --shots"),
    ],
)
def test_a_task_too_small_for_an_episode_is_named(ways: int, drawings: int, message: str) -> None:
    with pytest.raises(DataError, match=message):
        check_enough(PLANTED, PLANTED.select("all"), ways, drawings)


def test_the_most_ways_that_a_task_allows_are_said() -> None:
    wide = make_dataset({"a": [3, 3, 3]})
    with pytest.raises(DataError, match="has 3 classes, but an episode takes 5: say --ways 3, or"):
        check_enough(wide, wide.select("all"), 5, 3)


def test_all_tasks_that_are_too_small_are_known() -> None:
    uneven = make_dataset({"c": [3], "a": [3, 2], "b": [3, 3]})
    assert too_small(uneven, 2, 3) == ["a", "c"]
    assert too_small(uneven, 1, 2) == []


def test_a_task_just_large_enough_will_do() -> None:
    check_enough(PLANTED, PLANTED.select("all"), 1, 3)
    check_enough(PLANTED, [PLANTED.tasks["b"]], 2, 3)


def shown(*classes: tuple[int, int], grey: int = 0) -> Dataset:
    """Return two tasks: one that is sound, and one whose classes have so many blank images, or all
    of one shade, and so many others."""
    sizes = [sum(one) for one in classes]
    dataset = make_dataset({"a": [4, 4, 4], "b": sizes})
    images = np.random.default_rng(0).integers(1, 255, dataset.images.shape, dtype=np.uint8)
    for (empty, _), start in zip(classes, dataset.starts[3:], strict=False):
        images[start : start + empty] = grey
    return replace(dataset, images=images)


@pytest.mark.parametrize("grey", [0, 7, 255])
def test_a_task_that_shows_one_image_over_and_over_is_named(grey: int) -> None:
    dataset = shown((4, 0), (4, 0), (4, 0), grey=grey)
    check_seen(dataset, [dataset.tasks["a"]], 3, 2)
    with pytest.raises(DataError, match="all images of task 'b' of planted are one and the same"):
        check_seen(dataset, dataset.select("all"), 3, 2)


def test_a_task_of_which_an_episode_may_show_nothing_is_named() -> None:
    dataset = shown((2, 2), (3, 1), (2, 2), (1, 3))
    for ways, shots in ((4, 2), (3, 3)):
        check_seen(dataset, dataset.select("all"), ways, shots)
    with pytest.raises(DataError, match="3 classes of task 'b' of planted have 2 blank images or"):
        check_seen(dataset, dataset.select("all"), 3, 2)
    other = shown((2, 2), (2, 2), (2, 2), grey=7)  # of one shade, but not blank
    check_seen(other, other.select("all"), 3, 2)


@pytest.mark.parametrize("which", ["", "Train", "valid"])
def test_an_unknown_role_is_refused(which: str) -> None:
    for known in ("train", "test", "all"):
        check_which(known)
    with pytest.raises(ConfigError, match=f"--tasks is '{which}': choose train, test or all"):
        check_which(which)


def test_another_process_maps_the_file_instead_of_getting_a_copy(packs: Path) -> None:
    dataset = reopen(write_pack(packs / "one", "one", make_pack({("a", "x"): 300})))
    sent = pickle.dumps(dataset)
    assert len(sent) < dataset.images.nbytes / 100
    reopen.cache_clear()  # as in a process that never saw it
    arrived = pickle.loads(sent)  # noqa: S301
    assert isinstance(arrived.images, np.memmap)
    assert np.array_equal(arrived.images, dataset.images)
    assert (arrived.fingerprint, arrived.tasks) == (dataset.fingerprint, dataset.tasks)


def test_roles_travel_with_the_data_set(packs: Path) -> None:
    pack = make_pack({("Angelic", "x"): 1, ("Greek", "x"): 1})
    dataset = reopen(write_pack(packs / "one", "one", pack))
    arrived = pickle.loads(pickle.dumps(lake(dataset)))  # noqa: S301
    assert (arrived.roles["Angelic"], arrived.roles["Greek"]) == ("test", "train")
    assert set(reopen(packs / "one").roles.values()) == {"train"}


def test_a_row_of_noughts_is_one_like_others_and_rows_are_called_so() -> None:
    rows = np.zeros((6, 2), np.float32)
    rows[5] = 1
    table = replace(
        PLANTED, images=rows, starts=(0, 6), class_names=("a/points",), roles={"a": "train"},
        tasks={"a": Task("a", (0,))},
    )  # fmt: skip
    check_seen(table, table.select("all"), 1, 2)
    with pytest.raises(DataError, match="all rows of task 'a'"):
        check_seen(replace(table, images=rows[:5], starts=(0, 5)), table.select("all"), 1, 2)
    with pytest.raises(DataError, match=r"has 6 rows, but an episode takes 7 .*, or add rows"):
        check_enough(table, table.select("all"), 1, 7)


def test_a_data_set_is_shown_in_a_line() -> None:
    dataset = make_dataset({"a": [3, 3], "b": [3]})
    dataset.roles["b"] = "test"
    side = dataset.images.shape[1]
    shown = f"3 classes, 9 images of {side} x {side}"
    assert repr(dataset) == f"Dataset {dataset.name!r}: 2 tasks, 1 held out, {shown}"


def test_data_sets_are_equal_that_hold_the_same() -> None:
    rows = np.arange(6, dtype=np.float32).reshape(6, 1)
    table = replace(PLANTED, images=rows, targets=rows[:, 0])
    assert table == replace(table, images=rows.copy(), targets=rows[:, 0].copy())
    for other in (
        replace(table, images=rows + 1), replace(table, images=rows[:5]),
        replace(table, targets=rows[:, 0] + 1), replace(table, targets=None),
        replace(table, roles={}),
    ):  # fmt: skip
        assert table != other
        assert other != table
    assert table != "a table"
    assert hash(table) == hash(replace(table, images=rows.copy()))
