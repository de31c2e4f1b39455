import getpass
import json
from typing import Any

import numpy as np
import pytest

from tests.trees import CONFIG, make_tree, store
from treemeta.errors import RegistryError
from treemeta.store.registry import Registry
from treemeta.store.view import MOST_POINTS, data_input, show_begun, smoothed, source_tags, table


def test_a_constant_is_its_own_smoothing() -> None:
    found = smoothed([(step, 2.5) for step in range(1, 100)])
    np.testing.assert_allclose([loss for _, loss in found], 2.5)
    assert [step for step, _ in found] == list(range(1, 100))


def test_a_smoothed_loss_is_calmer_and_short() -> None:
    rng = np.random.default_rng(0)
    losses = [(step, 1 + rng.normal()) for step in range(1, 5001)]
    found = smoothed(losses)
    assert len(found) <= MOST_POINTS
    assert found[-1][0] == 5000
    assert np.std([loss for _, loss in found[50:]]) < 0.3
    assert smoothed([]) == []


def test_a_run_says_who_made_it_with_what(registry: Registry) -> None:
    tree = store(registry, make_tree())
    for run in (tree.id, tree.nodes[0].run_id):
        tags = registry.client.get_run(run).data.tags
        assert (tags["mlflow.source.name"], tags["mlflow.source.type"]) == ("treemeta", "LOCAL")
        assert tags["mlflow.user"]


def test_a_user_without_a_name_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> Any:
        raise KeyError("getpwuid(): uid not found: 1234")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert source_tags()["mlflow.user"] == "unknown"


def test_the_data_of_a_tree_are_its_input(registry: Registry) -> None:
    tree = store(registry, make_tree())
    (found,) = registry.client.get_run(tree.id).inputs.dataset_inputs
    assert found.dataset.name == CONFIG["dataset"]
    assert json.loads(found.dataset.source) == {"uri": CONFIG["dataset"]}
    long = data_input({"dataset": "x" * 900, "data": "d" * 64}).dataset
    assert (len(long.name), len(long.digest)) == (500, 36)


def test_runs_have_a_view_of_their_own(registry: Registry) -> None:
    tree = store(registry, make_tree())
    experiment = registry.client.get_run(tree.id).info.experiment_id
    tags = registry.client.get_experiment(experiment).tags
    state = json.loads(tags["mlflow.sharedViewState.treemeta"])
    assert state["orderByKey"] == "attributes.start_time"
    assert "metrics.`meta_val/accuracy`" in state["selectedColumns"]


def test_siblings_are_listed_in_order(registry: Registry) -> None:
    tree = store(registry, make_tree())
    began = {one.name: registry.client.get_run(one.run_id).info.start_time for one in tree.nodes}
    assert began["r0"] < began["r1"]
    assert began["r00"] < began["r01"]


def test_a_table_is_what_mlflow_reads() -> None:
    assert json.loads(table(("a", "b"), [("x", 1.0)])) == {
        "columns": ["a", "b"],
        "data": [["x", 1]],
    }


def test_what_another_process_writes_at_the_same_moment_is_no_error(registry: Registry) -> None:
    refused: list[str] = []

    class Busy:
        """A client that refuses each call once, as where another process was quicker."""

        def set_experiment_tag(self, *given: Any) -> None:
            refused.append("tag")
            if refused.count("tag") == 1:
                raise RegistryError("UNIQUE constraint failed")
            registry.client.set_experiment_tag(*given)

        def log_inputs(self, *given: Any) -> None:
            refused.append("input")
            raise RegistryError("UNIQUE constraint failed")

    tree = store(registry, make_tree())
    experiment = registry.client.get_run(tree.id).info.experiment_id
    busy: Any = Busy()
    show_begun(Registry(busy, registry.uri), experiment, tree.id, CONFIG)
    assert refused == ["tag", "tag", "input", "input"]
