import json

import pytest

from tests.trees import HOSTILE, artifact, make_tree, store
from treemeta.store.finish import finish_tree
from treemeta.store.notes import NOTE
from treemeta.store.read import read_tree
from treemeta.store.registry import Registry


def test_the_accuracy_of_every_held_out_task_is_in_one_table(registry: Registry) -> None:
    names = [*HOSTILE, ".", "..", "a/b", "../..", "x" * 255, " ", *map(str, range(1100))]
    tree = store(registry, make_tree(test_accuracy=dict.fromkeys(names, 0.5)))
    stored = json.loads(artifact(tree.id, "figures/task_accuracy.json").read_text())
    assert stored["columns"] == ["task", "accuracy"]
    assert {name for name, _ in stored["data"]} == set(names)
    assert read_tree(registry, tree.id).test_accuracy.keys() == set(names)
    run = registry.client.get_run(tree.id).data
    listed = json.loads(run.tags["mlflow.loggedArtifacts"])
    assert listed == [{"path": "figures/task_accuracy.json", "type": "table"}]
    assert not any(name.startswith("task_accuracy") for name in run.metrics)


def test_a_tree_and_its_nodes_have_notes(registry: Registry) -> None:
    tree = store(registry, make_tree(), finish=False)
    finish_tree(registry, tree, {"tree.svg": "<svg/>", "verdict.md": "It pays."})
    note = registry.client.get_run(tree.id).data.tags[NOTE]
    assert note.startswith("It pays.\n\n![tree](get-artifact?path=figures/tree.svg&run_uuid=")
    for node in tree.nodes:
        told = registry.client.get_run(node.run_id).data.tags[NOTE]
        assert f"{len(node.tasks)} tasks" in told
        assert f"runs/{tree.id}?" in told


def test_what_nodes_reached_is_a_chart_of_the_tree(registry: Registry) -> None:
    tree = store(registry, make_tree())
    history = registry.client.get_metric_history(tree.id, "meta_val/accuracy")
    points = {one.step: one.value for one in history}
    assert points == pytest.approx(dict(tree.frontier()))
    assert len(points) > 1
