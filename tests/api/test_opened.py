import copy
import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import treemeta as api
from tests.conftest import Run
from tests.trees import sentence
from treemeta.report.figures.title import tree_title
from treemeta.tasks.dataset import Dataset


def test_a_tree_is_opened_as_it_was_grown(tree: api.OpenTree) -> None:
    opened = api.open_tree(tree.id[:8])
    assert opened.nodes == api.open_tree().nodes == tree.nodes
    assert repr(opened) == f"<{tree_title(tree.stored)}, finished>"
    assert set(opened.graph.edges) == {(one.parent, one.name) for one in tree.nodes if one.parent}
    assert list(opened.table.index) == list(opened.graph) == [one.name for one in tree.nodes]
    assert opened.routes["accuracy"].to_dict() == tree.stored.test_accuracy


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


def test_what_is_no_measure_and_no_node_is_named(tree: api.OpenTree) -> None:
    names: Any = (None, ["direction"], 3, tree.table)
    for name in names:
        with pytest.raises(api.ConfigError, match=r"--measure is .*: choose direction") as caught:
            tree.measure(name)
        sentence(caught)
    node: Any = tree.nodes[0]
    with pytest.raises(api.ConfigError, match=r"node is Node.*: give its name, such as 'r'") as of:
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
