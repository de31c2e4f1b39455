from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trees import TASKS, leaf_of, make_consensus, make_tree, random_trees
from treemeta.analysis.groups import Grouping, grouping_of, groups_of
from treemeta.measures.similarity import Similarity, named
from treemeta.store.evidence import Evidence
from treemeta.store.records import Tree

# Alpha to Delta are near each other, Epsilon and Gamma too; Beta leans to the others.
VALUES = np.array(
    [
        [1.0, 0.5, 0.9, 0.1, 0.0],
        [0.5, 1.0, 0.4, 0.6, 0.6],
        [0.9, 0.4, 1.0, 0.1, 0.0],
        [0.1, 0.6, 0.1, 1.0, 0.8],
        [0.0, 0.6, 0.0, 0.8, 1.0],
    ]
)
REFUSED = Evidence(
    8, False, "the best cut is no better than that of dealt classes", 2, 0.1, 0.05, 0.2, 0.25, 0.9,
    19, proposed=(("Alpha", "Delta"), ("Beta", "Epsilon", "Gamma")),
)  # fmt: skip


def close(kind: str = "similarity") -> Similarity:
    values = VALUES if kind == "similarity" else 1 - VALUES
    return Similarity("direction", kind, named(values, TASKS))  # type: ignore[arg-type]


def two() -> Tree:
    """Return a tree of two leaves, the second never trained."""
    tree = make_tree()
    return replace(tree, nodes=(tree.nodes[0], replace(tree.nodes[1], groups=(), supports=())))


def grown() -> Grouping:
    tree = two()
    return grouping_of(tree, tree.nodes[0], close())


def refused() -> Grouping:
    tree = leaf_of(*TASKS)
    node = replace(tree.nodes[0], evidence=(REFUSED,))
    return grouping_of(tree, node, close())


def test_closeness_within_and_between_by_hand() -> None:
    first, second = grown().groups
    assert [one.task for one in first.members] == ["Alpha", "Delta", "Beta"]
    assert [one.within for one in first.members] == pytest.approx([0.7, 0.65, 0.45])
    assert [one.between for one in first.members] == pytest.approx([0.05, 0.05, 0.6])
    assert [one.margin for one in first.members] == pytest.approx([0.65, 0.6, -0.15])
    assert {one.nearest for one in first.members} == {"r1"}
    assert (first.within, second.within) == pytest.approx((0.6, 0.8))
    assert first.between == second.between == pytest.approx(7 / 30)
    assert [one.task for one in first.misfits] == ["Beta"]
    assert [one.task for one in first.exemplars] == ["Alpha", "Delta"]


def test_leaves_have_the_support_and_the_evidence_of_the_split_that_made_them() -> None:
    found = grown()
    assert (found.made, found.refused) == ("grown", None)
    assert [(one.name, one.support, one.split) for one in found.groups] == [
        ("r0", 0.98, "r"), ("r1", 0.75, "r")
    ]  # fmt: skip
    assert all(one.evidence and one.evidence.step == 4 for one in found.groups)
    assert found.lineage()["Gamma"] == ("r1",)


def test_deeper_leaves_tell_of_their_own_split() -> None:
    tree = make_tree()
    found = grouping_of(tree, tree.nodes[0], close())
    assert [one.name for one in found.groups] == ["r1", "r00", "r01"]
    assert [one.split for one in found.groups] == ["r", "r0", "r0"]
    assert found.lineage()["Delta"] == ("r0", "r01")
    alone = found.groups[2]
    assert (alone.within, alone.members[0].margin, alone.misfits) == (None, None, ())
    below = grouping_of(tree, tree.nodes[1], close())
    assert below.lineage()["Delta"] == ("r01",)
    assert below.apart == ("Epsilon", "Gamma")


def test_of_a_node_that_was_not_split_the_groups_that_were_proposed() -> None:
    found = refused()
    assert (found.made, found.refused) == ("proposed", REFUSED)
    assert [(one.name, len(one.members)) for one in found.groups] == [("1", 2), ("2", 3)]
    assert found.lineage()["Beta"] == ("2",)


def test_where_nothing_was_proposed_tasks_are_one_group() -> None:
    tree = leaf_of(*TASKS)
    found = grouping_of(tree, tree.nodes[0], close())
    (one,) = found.groups
    assert (found.made, one.name, one.between) == ("none", "r", None)
    assert one.members[0].task == "Beta"  # of all it is nearest to the others
    assert {each.task for each in one.misfits} == {"Delta", "Gamma"}


def test_distances_are_told_as_closeness() -> None:
    tree = two()
    found = grouping_of(tree, tree.nodes[0], close("distance"))
    assert [[each.task for each in one.members] for one in found.groups] == [
        [each.task for each in one.members] for one in grown().groups
    ]
    assert found.groups[0].members[0].margin == pytest.approx(0.65)


def test_a_consensus_has_groups_and_no_evidence() -> None:
    tree = make_consensus()
    found = grouping_of(tree, tree.nodes[0], close())
    assert [one.support for one in found.groups] == [2 / 3, 2 / 3, 0.0]
    assert not any(one.evidence for one in found.groups)


@given(random_trees())
def test_groups_part_the_tasks_of_any_tree(tree: Tree) -> None:
    tasks = sorted(tree.nodes[0].tasks)
    values = np.random.default_rng(0).normal(size=(len(tasks), len(tasks)))
    similarity = Similarity("direction", "similarity", named(values + values.T, tasks))
    found = grouping_of(tree, tree.nodes[0], similarity)
    assert sorted(one.task for each in found.groups for one in each.members) == tasks
    leaves = {leaf.name: set(leaf.tasks) for leaf in tree.leaves()}
    for group in found.groups:
        assert leaves[group.name] == {one.task for one in group.members}
        assert not {one.task for one in group.misfits} & {one.task for one in group.exemplars}
        assert group.exemplars[0] == group.members[0]


@given(st.permutations(range(5)))
def test_the_order_of_tasks_changes_nothing(order: list[int]) -> None:
    tasks = [TASKS[i] for i in order]
    turned = Similarity("direction", "similarity", close().matrix.loc[tasks, tasks])
    named_groups = {"a": TASKS[:3], "b": TASKS[3:]}
    there, back = (groups_of(each, named_groups) for each in (close(), turned))
    for one, other in zip(there, back, strict=True):
        assert one.within == pytest.approx(other.within)
        for a, b in zip(one.members, other.members, strict=True):
            assert a.margin == pytest.approx(b.margin)
