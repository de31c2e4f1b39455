import json
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.trees import CONFIG, MACHINE, arrays, artifact, make_node, make_tree, store
from treemeta.errors import RegistryError
from treemeta.store import files, runs
from treemeta.store.finish import finish_tree
from treemeta.store.log import LONGEST_PARAM
from treemeta.store.read import read_tree
from treemeta.store.registry import Registry, experiment_id
from treemeta.store.runs import runs_with
from treemeta.store.tensors import arrays_sha256, file_sha256, load_arrays
from treemeta.store.write import (
    Learned,
    RunPlace,
    end_tree,
    reopen_tree,
    start_tree,
    write_node,
)


def test_runs_say_in_mlflow_what_they_are(registry: Registry) -> None:
    tree = store(registry, make_tree())
    run_ids = {node.name: node.run_id for node in tree.nodes}
    top = registry.client.get_run(tree.id)
    assert top.info.status == "FINISHED"
    assert top.data.params == {name: str(value) for name, value in CONFIG.items()}
    assert top.data.metrics["test/accuracy"] == 0.375
    assert artifact(tree.id, "figures/tree.svg").read_text() == "<svg/>"
    for node in tree.nodes:
        run = registry.client.get_run(node.run_id)
        parent = run_ids[node.parent] if node.parent else tree.id
        assert run.info.status == "FINISHED"
        assert run.info.run_name == f"{node.name} {len(node.tasks)}t"
        assert run.data.tags["mlflow.parentRunId"] == parent
        assert run.data.metrics.get("meta_val/accuracy") == node.accuracy
        assert run.data.metrics.get("support") == node.support
        losses = registry.client.get_metric_history(node.run_id, "meta_train/loss")
        expected = [(node.start + i, 1 / i) for i in range(1, node.meta_steps + 1)]
        assert [(one.step, one.value) for one in losses] == expected


def test_a_commit_vouches_for_every_file(registry: Registry) -> None:
    tree = store(registry, make_tree())
    for i, node in enumerate(tree.nodes):
        commit = json.loads(registry.client.get_run(node.run_id).data.tags["treemeta.commit"])
        stored = {one.path for one in registry.client.list_artifacts(node.run_id)}
        assert commit["step"] == node.start + node.meta_steps
        assert commit["sha256"] == {
            name: file_sha256(artifact(node.run_id, name)) for name in stored
        }
        assert node.tensors_sha256 == arrays_sha256(arrays(i))
        found = load_arrays(artifact(node.run_id, "params.safetensors"))
        assert arrays_sha256(found) == node.tensors_sha256
        assert ("fork.safetensors" in stored) == bool(node.groups)


@pytest.mark.parametrize("killed_in", ["log_batch", "replace_file", "set_tag"])
def test_a_node_killed_while_it_is_written_is_unfinished(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, killed_in: str
) -> None:
    experiment = experiment_id(registry, "treemeta")
    tree = start_tree(registry, experiment, "killed", CONFIG, MACHINE)

    class Killed(BaseException):
        pass

    def kill(*_: Any, **__: Any) -> None:
        raise Killed

    node = make_node("r", ("a", "b"))
    with monkeypatch.context() as patch:
        place = files if killed_in == "replace_file" else type(registry.client._client)
        patch.setattr(place, killed_in, kill)
        with pytest.raises(Killed):
            write_node(
                registry, RunPlace(experiment, tree, tree), node, Learned(arrays(0), {}, [], 1000.0)
            )
    assert [(one.name, one.status) for one in read_tree(registry, tree).nodes] == [
        ("r", "unfinished")
    ]
    reopen_tree(registry, tree, MACHINE)
    assert read_tree(registry, tree).nodes == ()


def test_reopening_removes_what_is_unfinished_over_all_pages(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "PAGE", 2)
    tree = store(registry, make_tree(), finish=False)
    for name in ("r10", "r11", "r12"):
        tags = {"treemeta.tree": tree.id, "treemeta.node": name}
        tags["mlflow.parentRunId"] = tree.nodes[2].run_id
        registry.client.create_run(experiment_id(registry, "treemeta"), tags=tags)
    end_tree(registry, tree.id, "KILLED")
    reopen_tree(registry, tree.id, {"threads": 2})
    run = registry.client.get_run(tree.id)
    assert run.info.status == "RUNNING"
    assert json.loads(run.data.tags["treemeta.resumed_on"]) == {"threads": 2}
    assert read_tree(registry, tree.id) == tree


@pytest.mark.parametrize("status", ["KILLED", "FAILED"])
def test_a_tree_that_did_not_finish_says_how(registry: Registry, status: str) -> None:
    tree = store(registry, make_tree(), finish=False)
    end_tree(registry, tree.id, status)
    assert registry.client.get_run(tree.id).info.status == status
    assert read_tree(registry, tree.id) == tree


def test_a_diverged_node_is_stored_without_its_numbers(registry: Registry) -> None:
    nan, inf = math.nan, math.inf
    evidence = (replace(make_tree().nodes[0].evidence[0], variance=inf, cohesion=nan),)
    node = make_node("r", ("a",), loss=nan, reliability=nan, evidence=evidence)
    tree = store(registry, make_tree(nodes=(node,)))
    (found,) = read_tree(registry, tree.id).nodes
    expected = replace(evidence[0], variance=None, cohesion=None)
    assert found == replace(tree.nodes[0], loss=None, reliability=None, evidence=(expected,))


def test_long_loss_curves_are_whole(registry: Registry) -> None:
    node = make_node("r", ("a",), meta_steps=1900)
    tree = store(registry, make_tree(nodes=(node,)))
    history = registry.client.get_metric_history(tree.nodes[0].run_id, "meta_train/loss")
    assert sorted(one.step for one in history) == list(range(1, 1901))


def test_params_are_cut_where_mlflow_would(registry: Registry) -> None:
    experiment = experiment_id(registry, "treemeta")
    config = CONFIG | {"dataset": "x" * 7000}
    tree = start_tree(registry, experiment, "long", config, MACHINE)
    assert registry.client.get_run(tree).data.params["dataset"] == "x" * LONGEST_PARAM
    assert read_tree(registry, tree).config == config


@pytest.mark.parametrize(
    "act",
    [
        lambda registry, tree: end_tree(registry, "f" * 32, "KILLED"),
        lambda registry, tree: reopen_tree(registry, "f" * 32, MACHINE),
        lambda registry, tree: finish_tree(registry, replace(tree, id="f" * 32), {}),
        lambda registry, tree: start_tree(registry, "999", "x", CONFIG, MACHINE),
        lambda registry, tree: list(runs_with(registry, "treemeta.kind", "it's")),
    ],
)
def test_what_mlflow_refuses_to_write_is_a_registry_error(
    registry: Registry, act: Callable[..., object]
) -> None:
    with pytest.raises(RegistryError):
        act(registry, make_tree())
