from dataclasses import replace

import numpy as np

from tests.trees import leaf_of, make_node, make_tree
from treemeta.analysis.groups import grouping_of
from treemeta.analysis.verdict import verdict_of
from treemeta.measures.similarity import Similarity, named
from treemeta.store.evidence import Conflict, Evidence
from treemeta.store.records import Tree

TASKS = tuple("abcdef")
ASKED = Evidence(
    4, True, "structure", 2, p_cut=0.05, stability=0.9, deals=19,
    conflicts=(Conflict(0, 1, -0.5, -0.6, -0.4), Conflict(0, 2, None, None, None)),
)  # fmt: skip
REFUSED = replace(ASKED, step=2, accepted=False)
NODES = (
    make_node("r", TASKS, groups=(TASKS[:3], TASKS[3:]), evidence=(REFUSED, ASKED)),
    make_node("r0", TASKS[:3]),
    make_node("r1", TASKS[3:]),
)


def tree_of(*values: float, **more: object) -> Tree:
    return make_tree(nodes=NODES, test_accuracy=dict(zip("uvwxyz", values, strict=False)), **more)


def test_gains_are_paired_by_task() -> None:
    tree = tree_of(0.9, 0.8, 0.7, 0.6)
    joint, other, best = tree_of(0.8, 0.7, 0.6, 0.5), tree_of(0.1), tree_of(0.85, 0.75, 0.65, 0.55)
    beside = {"joint": joint, "joint-wide": replace(other, test_accuracy=joint.test_accuracy),
              "joint-reweighted": best}  # fmt: skip
    found = verdict_of(tree, beside, None)
    assert found.joint is not None
    np.testing.assert_allclose(found.joint.over.mean, 0.1)
    np.testing.assert_allclose(found.joint.over.low, 0.1)
    assert found.joint.tasks == 4
    assert found.other is not None
    assert found.other.arm == "joint-reweighted"
    assert found.astray is None


def test_groups_are_counted_whether_their_nodes_are_stored_or_not() -> None:
    whole = make_tree()
    for nodes in (whole.nodes, whole.nodes[:1], (whole.nodes[0], whole.nodes[2])):
        tree = make_tree(nodes=nodes, status="unfinished")
        known = len({one.name for one in nodes} & {"r0"})  # which was split again
        assert verdict_of(tree, {}, None).groups == 2 + known


def test_of_numbers_less_is_better() -> None:
    config = make_tree().config | {"targets": "numbers"}
    found = verdict_of(tree_of(0.2, 0.3, config=config), {"joint": tree_of(0.4, 0.5)}, None)
    assert found.joint is not None
    np.testing.assert_allclose(found.joint.over.mean, 0.2)


def test_what_was_asked_is_the_split_or_the_last_refusal() -> None:
    assert verdict_of(tree_of(), {}, None).asked == ASKED
    flat = leaf_of(*TASKS)
    flat = replace(flat, nodes=(replace(flat.nodes[0], evidence=(REFUSED,)),))
    assert verdict_of(flat, {}, None).asked == REFUSED
    assert verdict_of(leaf_of(*TASKS), {}, None).asked is None
    assert verdict_of(tree_of(), {}, None).conflicts == ASKED.conflicts[:1]


def test_of_merged_groups_the_conflict_of_those_kept_is_asked() -> None:
    kept = (Conflict(0, 1, -0.2, -0.3, -0.1),)
    merged = replace(ASKED, merged=((0, 2), (1,)), kept=kept)
    root = replace(NODES[0], evidence=(merged,))
    assert verdict_of(replace(tree_of(), nodes=(root, *NODES[1:])), {}, None).conflicts == kept


def test_tasks_closer_to_another_group_are_told_the_farthest_first() -> None:
    close = np.eye(6)
    close[:3, :3], close[3:, 3:] = 0.5, 0.5
    close[1, 3:] = close[3:, 1] = 0.6
    close[4, :3] = close[:3, 4] = 0.9
    similarity = Similarity("direction", "similarity", named(close, list(TASKS)))
    grouping = grouping_of(tree_of(), NODES[0], similarity)
    assert verdict_of(tree_of(), {}, grouping).astray == ("e", "b")
