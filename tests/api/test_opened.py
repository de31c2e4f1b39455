import copy
import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import treemeta as api
from tests.api.functions import OPTIONS, arrays_of
from tests.conftest import Run
from tests.tree.test_place import write_tasks
from tests.trees import sentence
from treemeta.report.figures.title import tree_title
from treemeta.tasks.dataset import Dataset

RNG = np.random.default_rng(0)
ROWS = RNG.normal(size=(6, 8, 1))
NUMBERS = {f"t{i}": (x, 50 + 9 * (i % 3 - 1) * x[:, 0]) for i, x in enumerate(ROWS)}
OF_NUMBERS = OPTIONS | {"ways": "auto", "meta_steps": 40, "split_every": 20}


def test_a_tree_is_opened_as_it_was_grown(tree: api.OpenTree) -> None:
    opened = api.open_tree(tree.id[:8])
    assert opened.nodes == api.open_tree().nodes == tree.nodes
    assert repr(opened) == f"<{tree_title(tree.stored)}, finished>"
    assert set(opened.graph.edges) == {(one.parent, one.name) for one in tree.nodes if one.parent}
    assert list(opened.table.index) == list(opened.graph) == [one.name for one in tree.nodes]


def test_similarity_is_what_the_program_prints(tree: api.OpenTree, treemeta: Run) -> None:
    told = json.loads(treemeta("similarity", "latest", "--measure=direction", "--json").stdout)
    found = tree.measure("direction")
    assert found.reliability == pytest.approx(told["reliability"])
    assert found.low is not None
    assert found.high is not None
    assert (found.low <= found.high).all(axis=None)
    pd.testing.assert_frame_equal(tree.similarity(), found.matrix)
    assert list(found.matrix.index) == told["tasks"]
    np.testing.assert_allclose(found.matrix, told["matrix"], rtol=1e-6)
    assert len(tree.similarity("pixels", tasks="all")) == len(found.matrix) + 2


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


def test_what_is_no_measure_and_no_node_is_named(tree: api.OpenTree) -> None:
    names: Any = (None, ["direction"], 3)
    for name in names:
        with pytest.raises(api.ConfigError, match=r"--measure is .*: choose direction") as caught:
            tree.measure(name)
        sentence(caught)
    node: Any = tree.nodes[0]
    with pytest.raises(api.RegistryError, match=r"no finished node Node.name='r', .*: it h") as of:
        tree.forecast(node)
    sentence(of)


def test_a_tree_is_copied_and_is_the_same(tree: api.OpenTree, data: Dataset) -> None:
    support = {"a": data.images[:2], "b": data.images[2:4]}
    route = tree.route(support)
    opened = api.open_tree()
    assert opened == tree
    assert hash(opened) == hash(tree)
    assert tree != tree.id
    for copied in (copy.deepcopy(tree), pickle.loads(pickle.dumps(tree))):  # noqa: S301
        assert copied == tree
        assert copied.route(support) == route
    assert (tree.measure("pixels") == tree.measure("pixels")) is False
    assert (tree.adapt(data.images[:4], [0, 0, 1, 1]) == tree) is False


def test_a_tree_is_asked_from_anywhere(
    tree: api.OpenTree, data: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = api.open_tree()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    for one in (tree, opened):
        assert one.resume().nodes == tree.nodes
        assert one.route({"a": data.images[:2], "b": data.images[2:4]}).weights


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
