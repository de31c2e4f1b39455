from dataclasses import replace

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
from treemeta.store.registry import Registry
from treemeta.store.runs import COMMIT
from treemeta.store.structure import check_tasks


def test_an_unfinished_tree_may_lack_nodes(registry: Registry) -> None:
    tree = store(registry, make_tree(), finish=False)
    for name in ("r01", "r1"):
        registry.client.delete_run(run_of(tree, name))
    assert [node.name for node in read_tree(registry, tree.id).nodes] == ["r", "r0", "r00"]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (again("r1"), "has several runs for each of r1: delete all but one"),
        (again("r"), "has several runs for each of r: delete all but one"),
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
