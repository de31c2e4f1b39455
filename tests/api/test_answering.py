"""What a tree learns from arrays, and answers."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import treemeta as api
from tests.api.functions import OPTIONS, arrays_of
from tests.conftest import Run
from tests.tree.test_place import write_tasks
from treemeta.tasks.dataset import Dataset

RNG = np.random.default_rng(0)
ROWS = RNG.normal(size=(6, 8, 1))
NUMBERS = {f"t{i}": (x, 50 + 9 * (i % 3 - 1) * x[:, 0]) for i, x in enumerate(ROWS)}
OF_NUMBERS = OPTIONS | {"ways": "auto", "meta_steps": 40, "split_every": 20}


def test_predictions_are_those_of_the_program(
    tree: api.OpenTree, small: Dataset, workplace: Path, treemeta: Run
) -> None:
    name = small.select("test")[0].name
    classes = arrays_of(small, name)
    write_tasks(workplace, small, [name], images=3)
    (workplace / name).rename("s")
    write_tasks(workplace / "q", small, [name])
    said = treemeta("predict", "latest", "--support=s", "--query=q", "--json")
    told = json.loads(said.stdout)
    support = {label: images[:3] for label, images in classes.items()}
    predictor = tree.adapt(np.concatenate(list(support.values())), np.repeat(list(support), 3))
    assert predictor.route.weights == told["weights"]
    assert tree.route(support) == predictor.route
    asked = np.concatenate(list(classes.values()))
    expected = pd.DataFrame([one["probabilities"] for one in told["answers"]])
    pd.testing.assert_frame_equal(
        predictor.probabilities(asked), expected, check_dtype=False, check_exact=False
    )
    assert list(predictor.predict(asked)) == [one["class"] for one in told["answers"]]


def test_numbers_are_told_in_the_units_of_the_data(workplace: Path, treemeta: Run) -> None:
    tree = api.grow(api.dataset(NUMBERS, 0), OF_NUMBERS)
    assert "mse" in tree.table.columns
    x = np.array([[-1.0], [0.0], [1.0]])
    told = tree.adapt(*NUMBERS["t0"]).predict(x)
    assert told.name == "number"
    np.testing.assert_allclose(told, 50 - 9 * x[:, 0], atol=4)
    frame = pd.DataFrame({"x": x[:, 0]}, index=["a", "b", "c"])
    assert list(tree.adapt(*NUMBERS["t0"]).predict(frame).index) == ["a", "b", "c"]
    assert tree.route(NUMBERS["t0"]) == tree.adapt(*NUMBERS["t0"]).route

    # The program is told the same in tables, which know nothing of arrays.
    shown, numbers = NUMBERS["t0"]
    table = pd.DataFrame({"target": numbers, "x": shown[:, 0]})
    table.to_csv("s.csv", index=False)
    pd.DataFrame({"x": x[:, 0]}).to_csv("q.csv", index=False)
    said = treemeta("predict", "latest", "--support=s.csv", "--query=q.csv", "--json")
    assert said.returncode == 0, said.stderr
    np.testing.assert_allclose([one["target"] for one in json.loads(said.stdout)["answers"]], told)
    table.assign(task="new").to_csv("new.csv", index=False)
    placed = treemeta("route", "latest", "new.csv", "--json")
    assert placed.returncode == 0, placed.stderr
    assert [one["task"] for one in json.loads(placed.stdout)["tasks"]] == ["new"]


def test_columns_that_tell_nothing_and_paths_that_ask_nothing_are_warned_of(
    workplace: Path,
) -> None:
    rows = {name: (np.column_stack([x, 0 * x]), y) for name, (x, y) in NUMBERS.items()}
    data = api.dataset(rows, 0)
    assert data.told == ("1 of 2 features are the same in every row: 1",)
    said = "nothing will split: --split-every 3 is not below --meta-steps 2"
    late = OF_NUMBERS | {"meta_steps": 2, "split_every": 3}
    with pytest.warns(UserWarning, match=said), pytest.warns(UserWarning, match=data.told[0]):
        tree = api.grow(data, late)
    assert len(tree.nodes) == 1


def test_labels_come_back_as_they_were_given(tree: api.OpenTree, data: Dataset) -> None:
    images = np.array(data.images[:12])
    labels = [10, 9, 2] * 4
    learned = tree.adapt(images, labels)
    assert learned.labels == tuple(learned.probabilities(images).columns) == (2, 9, 10)
    assert set(learned.predict(images)) <= {2, 9, 10}
    mixed = tree.adapt(images, [1] * 4 + ["x"] * 8)
    assert {*map(type, mixed.predict(images))} <= {int, str}
    beside = tree.adapt(images, [2] * 4 + [0.5] * 8).probabilities(images)
    assert [type(label) for label in beside.columns] == [float, int]
    pairs = {(0, 1): images[:6], (1, 0): images[6:]}
    assert tree.route(pairs) == tree.route((images, [(0, 1)] * 6 + [(1, 0)] * 6))
    told = tree.adapt(images, [(0, 1)] * 6 + [(1, 0)] * 6)
    assert set(told.predict(images)) <= set(pairs)
    assert list(told.probabilities(images).columns) == list(pairs)
    with pytest.raises(api.DataError, match="labels 1 and '1'"):
        tree.route({1: images[:6], "1": images[6:]})


def test_columns_of_queries_are_found_by_the_names_that_a_support_has(workplace: Path) -> None:
    rows = {f"t{i}": {c: RNG.normal(j, 1, (8, 2)) for j, c in enumerate("ab")} for i in range(4)}
    tree = api.grow(api.dataset(rows, 0), OF_NUMBERS | {"ways": 2, "shots": 3, "queries": 3})
    shown = {label: pd.DataFrame(x, columns=["lo", "hi"]) for label, x in rows["t0"].items()}
    whole = pd.concat([*shown.values()])
    learned = tree.adapt(whole, np.repeat(list(shown), 8))
    asked = learned.probabilities(whole)
    pd.testing.assert_frame_equal(learned.probabilities(whole[["hi", "lo"]]), asked)
    turned = {label: table[["hi", "lo"]] for label, table in shown.items()}
    assert tree.route({"a": shown["a"], "b": turned["b"]}) == tree.route(rows["t0"])
