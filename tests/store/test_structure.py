from dataclasses import replace
from pathlib import Path

import pytest

from tests.store.damaged import ELSEWHERE, Damage, Stored, again, delete, hang, tag
from tests.trees import (
    make_tree,
    run_of,
    sentence,
    store,
)
from treemeta.errors import IntegrityError
from treemeta.store.evidence import Evidence, Moved
from treemeta.store.read import read_tree
from treemeta.store.records import Tree
from treemeta.store.registry import Registry
from treemeta.store.runs import COMMIT, NODE, TREE, runs_with
from treemeta.store.structure import check_tasks


def test_an_unfinished_tree_may_lack_nodes(registry: Registry) -> None:
    tree = store(registry, make_tree(), finish=False)
    for name in ("r01", "r1"):
        registry.client.delete_run(run_of(tree, name))
    assert [node.name for node in read_tree(registry, tree.id).nodes] == ["r", "r0", "r00"]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (again("r1"), "has several runs for each of r1, and they differ: delete all but one"),
        (again("r"), "has several runs for each of r, and they differ: delete all but one"),
        (delete("r0"), "is an orphan: restore run "),
        (delete("r"), "is an orphan: restore run "),
        (tag("r1", "mlflow.parentRunId", None), "node 'r1' is an orphan: restore run '' or delete"),
        (tag("r1", "mlflow.parentRunId", ELSEWHERE), f"restore run {ELSEWHERE!r} or delete run"),
        (tag("r1", "mlflow.parentRunId", "\x1b[31m"), "node 'r1' is an orphan"),
        (hang("r1", "r0"), "node 'r1' hangs below the wrong parent: give run"),
        (hang("r01", ""), "node 'r01' hangs below the wrong parent: give run"),
        (hang("r", "r1"), "node 'r' hangs below the wrong parent: give run"),
        (hang("r0", "r0"), "node 'r0' hangs below the wrong parent: give run"),
        (tag("r1", "treemeta.node", "r2"), "node.json is that of node 'r1', its tag says 'r2'"),
        (tag("r1", "treemeta.node", "../r"), "has '../r' for a node name: set its tag"),
        (tag("r1", "treemeta.node", "r-"), "has 'r-' for a node name: set its tag"),
        (tag("r1", "treemeta.node", "r\n"), r"has 'r\n' for a node name: set its tag"),
        (tag("r1", "treemeta.node", None), "has '' for a node name: set its tag"),
        (delete("r1"), "is finished but lacks r1: restore their runs"),
        (tag("r1", COMMIT, None), "is finished but lacks r1: restore their runs"),
        (tag("r0", COMMIT, None), "is none of the children that its parent was committed with"),
    ],
)
def test_runs_that_form_no_tree_are_named(stored: Stored, damage: Damage, said: str) -> None:
    registry, tree, _ = stored
    damage(registry, tree)
    with pytest.raises(IntegrityError) as caught:
        read_tree(registry, tree.id)
    assert said in sentence(caught)


def twin(registry: Registry, tree: Tree, name: str) -> None:
    """Write a node's run again, as a second training of the tree would."""
    run = registry.client.get_run(run_of(tree, name))
    tags = {key: value for key, value in run.data.tags.items() if key != COMMIT}
    other = registry.client.create_run(
        run.info.experiment_id, start_time=run.info.start_time + 1, tags=tags
    )
    for file in Path(run.info.artifact_uri.removeprefix("file://")).iterdir():
        registry.client.log_artifact(other.info.run_id, str(file))
    if COMMIT in run.data.tags:
        registry.client.set_tag(other.info.run_id, COMMIT, run.data.tags[COMMIT])


@pytest.mark.parametrize("finish", [True, False])
def test_twins_of_one_content_are_one_node(registry: Registry, finish: bool) -> None:
    tree = store(registry, make_tree(), finish)
    for node in tree.nodes:
        twin(registry, tree, node.name)
    # Its children may hang below either.
    other = next(
        run
        for run in runs_with(registry, TREE, tree.id)
        if run.data.tags[NODE] == "r" and run.info.run_id != run_of(tree, "r")
    )
    registry.client.set_tag(run_of(tree, "r1"), "mlflow.parentRunId", other.info.run_id)
    assert read_tree(registry, tree.id) == tree


def test_what_killed_twins_left_is_no_node_of_its_own(registry: Registry) -> None:
    tree = store(registry, make_tree(), finish=False)
    registry.client.delete_tag(run_of(tree, "r1"), COMMIT)
    for name in ("r0", "r1"):
        twin(registry, tree, name)
    registry.client.delete_tag(run_of(tree, "r0"), COMMIT)
    nodes = {node.name: node for node in read_tree(registry, tree.id).nodes}
    assert len(nodes) == len(tree.nodes)
    assert nodes["r0"].status == "finished"
    assert nodes["r0"].run_id != run_of(tree, "r0")
    assert nodes["r1"].status == "unfinished"


def test_moves_of_tasks_are_between_children_that_have_them() -> None:
    root, *others = make_tree().nodes
    left, right = root.children[:2]
    (task, *_), (stranger, *_) = root.shares[right], root.shares[left]

    def check(moved: Moved) -> None:
        evidence = (Evidence(2, True, "so", len(root.groups), moved=(moved,)),)
        check_tasks("t", [replace(root, evidence=evidence), *others], False)

    check(Moved(task, left, right))
    for wrong in (
        Moved(stranger, left, right), Moved("\x1b[2J", left, right), Moved(task, "r9", right),
        Moved(task, left, "../r"),
    ):  # fmt: skip
        with pytest.raises(IntegrityError) as caught:
            check(wrong)
        assert "node 'r' moves task" in sentence(caught)


def test_what_was_proposed_is_a_cut_of_the_node_s_own_tasks() -> None:
    root, *others = make_tree().nodes

    def check(*proposed: tuple[str, ...]) -> None:
        evidence = (Evidence(2, False, "no", proposed=proposed),)
        check_tasks("t", [replace(root, evidence=evidence), *others], False)

    check()
    check(root.tasks[:1], root.tasks[1:])
    for wrong in (root.tasks[1:],), (root.tasks, root.tasks[:1]), ((*root.tasks[1:], "\x1b[2J"),):
        with pytest.raises(IntegrityError) as caught:
            check(*wrong)
        assert "other tasks than its own" in sentence(caught)
