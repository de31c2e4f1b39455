import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.trees import sentence
from treemeta.errors import ConfigError, DataError
from treemeta.tasks.arrays import pack_arrays
from treemeta.tasks.functions import POINTS
from treemeta.tasks.packed import text_of
from treemeta.tasks.sources import open_dataset

RNG = np.random.default_rng(0)
IMAGES = {f"t{i}": {f"c{j}": RNG.integers(0, 256, (2 + j, 9, 9), np.uint8) for j in range(3)}
          for i in range(4)}  # fmt: skip
ROWS = {task: {label: one.reshape(len(one), -1)[:, :4] / 7 for label, one in classes.items()}
        for task, classes in IMAGES.items()}  # fmt: skip
NUMBERS = {f"t{i}": (RNG.normal(size=(9, 2)), RNG.normal(50, 10, 9)) for i in range(4)}


@pytest.mark.parametrize(("tasks", "kind"), [(IMAGES, "images"), (ROWS, "rows")])
def test_classes_keep_their_inputs(packs: Path, tasks: Any, kind: str) -> None:
    dataset = pack_arrays(tasks)
    assert dataset.name == dataset.path.name
    assert dataset.name.startswith(f"{kind}-")
    inputs: Any = dataset.images
    if dataset.units:
        inputs = inputs * np.array(dataset.units.deviations) + np.array(dataset.units.means)
    for at, name in enumerate(dataset.class_names):
        task, label = name.split("/")
        own = inputs[dataset.starts[at] : dataset.starts[at + 1]]
        np.testing.assert_allclose(own, tasks[task][label], atol=1e-4)


def test_numbers_are_told_in_units_of_their_own(packs: Path) -> None:
    dataset = pack_arrays(NUMBERS)
    assert dataset.class_names == tuple(f"t{i}/{POINTS}" for i in range(4))
    assert dataset.units is not None
    assert dataset.targets is not None
    told = np.concatenate([one for _, one in NUMBERS.values()])
    np.testing.assert_allclose(dataset.units.told(dataset.targets), told, rtol=1e-5)
    assert (dataset.units.targets(told) == dataset.targets).all()
    rows = np.concatenate([one for one, _ in NUMBERS.values()])
    assert (dataset.units.rows(rows) == dataset.images).all()


def test_a_pandas_table_keeps_its_names_whatever_their_order(packs: Path) -> None:
    named = {
        task: {label: pd.DataFrame(one, columns=list("wxyz")) for label, one in classes.items()}
        for task, classes in ROWS.items()
    }
    dataset = pack_arrays(named)
    assert dataset.units is not None
    assert dataset.units.names == tuple("wxyz")
    assert (dataset.images == pack_arrays(ROWS).images).all()
    turned = named | {"t3": {label: one[list("zyxw")] for label, one in named["t3"].items()}}
    assert pack_arrays(turned).name == dataset.name
    other = named | {"t3": {label: one.add_suffix("2") for label, one in named["t3"].items()}}
    with pytest.raises(DataError, match="class 'c0' of task 't3' has the columns 'w2'"):
        pack_arrays(other)


@pytest.mark.parametrize("first", ["t0", "t3"])
def test_names_of_columns_are_known_of_all_or_of_none(packs: Path, first: str) -> None:
    table = {label: pd.DataFrame(one, columns=list("wxyz")) for label, one in ROWS[first].items()}
    with pytest.raises(DataError, match=r"class 'c0' of task .* names of columns, and the") as of:
        pack_arrays(ROWS | {first: table})
    sentence(of)
    assert list(packs.iterdir()) == []


def test_shares_of_any_kind_of_number(packs: Path) -> None:
    for half in (0.5, np.float32(0.5), np.float64(0.5)):
        assert len(pack_arrays(ROWS, half).select("test")) == 2


@pytest.mark.parametrize("tasks", [IMAGES, ROWS, NUMBERS])
def test_the_same_arrays_are_one_data_set_and_a_text_opens_it(packs: Path, tasks: Any) -> None:
    first = pack_arrays(tasks)
    before = sorted(os.listdir(packs))
    assert pack_arrays(dict(reversed(tasks.items()))) is first
    assert open_dataset(text_of(first)) is first
    assert sorted(os.listdir(packs)) == before


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(st.sampled_from(sorted(IMAGES)), st.integers(0, 2), st.integers(0, 80), st.integers(1, 255))
def test_any_other_pixel_is_another_data_set(
    packs: Path, task: str, label: int, at: int, by: int
) -> None:
    changed = {name: dict(classes) for name, classes in IMAGES.items()}
    images = changed[task][f"c{label}"].copy()
    images.reshape(-1)[at] ^= np.uint8(by)
    changed[task][f"c{label}"] = images
    assert pack_arrays(changed).path != pack_arrays(IMAGES).path


@pytest.mark.parametrize(
    ("held_out", "held"),
    [(0, []), (1, ["t0", "t1", "t2", "t3"]), ("t[12]", ["t1", "t2"]), (["t3"], ["t3"]), ([], [])],
)
def test_held_out_is_what_is_said(packs: Path, held_out: Any, held: list[str]) -> None:
    dataset = pack_arrays(ROWS, held_out)
    assert [one.name for one in dataset.select("test")] == held
    assert open_dataset(text_of(dataset)).roles == dataset.roles


def test_names_are_read_as_text(packs: Path) -> None:
    dataset = pack_arrays({7: {0: [[1.0]], True: [[2.0]]}})
    assert dataset.class_names == ("7/0", "7/True")


TWICE = np.ones((2, 3))


@pytest.mark.parametrize(
    ("tasks", "held_out", "said"),
    [
        ({}, None, "has no tasks: give {task: {class: inputs}}"),
        ([1], None, "has no tasks"),
        ({"a": {}}, None, "task 'a' is neither classes nor inputs with targets"),
        ({"a": TWICE}, None, "task 'a' is neither"),
        ({"a": {"x": TWICE}}, None, "1 rows of class 'x' of task 'a' have stood there before"),
        ({"a": (TWICE, [1, 1])}, None, "1 rows of class 'points' of task 'a'"),
        ({"a": (TWICE, [1])}, None, "what task 'a' is to tell is int64\\[1\\], and there are 2"),
        ({"a": {"x": TWICE[:0]}}, None, "class 'x' of task 'a' is an empty array"),
        ({"a": {1: TWICE[:1], "1": TWICE[:1]}}, None, "class '1' of task 'a' is there twice"),
        (ROWS | {"a": (TWICE, [1, 2])}, None, "tasks 'a' and 't0' tell classes and numbers"),
        (ROWS | {"z": {"x": TWICE}}, None, "tasks 't0' and 'z' have inputs .*: make them of one"),
        ({"a": (IMAGES["t0"]["c0"], [1, 2])}, None, "task 'a' tells numbers of images"),
        (ROWS, ["nobody"], "--held-out names 'nobody'"),
        (ROWS, "nobody", "'nobody' is no file and matches none"),
        ({"a": {"x": IMAGES["t0"]["c0"][0]}}, None, "may be one image or 9 rows"),
        ({"a\udc80": {"x": TWICE[:1]}}, None, r"name 'a\\udc80' is no text in UTF-8: rename it"),
        ({"a": {"\ud800": TWICE[:1]}}, None, "is no text in UTF-8"),
    ],
)
def test_what_is_no_data_set_of_tasks_is_refused(
    packs: Path, tasks: Any, held_out: Any, said: str
) -> None:
    with pytest.raises(DataError, match=said) as caught:
        pack_arrays(tasks, held_out)
    sentence(caught)
    assert list(packs.iterdir()) == []


def test_more_than_all_cannot_be_held_out(packs: Path) -> None:
    with pytest.raises(ConfigError, match="held_out is 7: give a share"):
        pack_arrays(ROWS, 7)


@pytest.mark.parametrize(
    "held_out", [np.array(0.3), object(), True, b"t00", pd.DataFrame({"t0": [1]}), {"t0": 1}]
)
def test_what_is_neither_a_share_nor_names_is_refused(packs: Path, held_out: Any) -> None:
    with pytest.raises(ConfigError, match=r"held_out is .*: give a share from 0 to 1, or a") as of:
        pack_arrays(ROWS, held_out)
    sentence(of)


def test_names_to_hold_out_come_in_any_list(packs: Path) -> None:
    for names in (["t3"], {"t3"}, np.array(["t3"]), pd.Series(["t3"]), pd.Index(["t3"])):
        assert [one.name for one in pack_arrays(ROWS, names).select("test")] == ["t3"]
