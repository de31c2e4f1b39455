import math
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given

from tests.trees import TASKS, leaf_of, make_node, make_tree, random_trees, sentence
from treemeta.analysis.diff import Moved, TreeDiff, diff
from treemeta.errors import ConfigError
from treemeta.store.records import Tree

A, B, D, E, G = TASKS


def split(*groups: tuple[str, ...]) -> Tree:
    """Return a tree of one split."""
    leaves = [make_node(f"r{i}", group) for i, group in enumerate(groups)]
    root = make_node("r", tuple(sorted(sum(groups, ()))), groups=groups)
    return make_tree(nodes=(root, *leaves))


def other_tree() -> Tree:
    """Return a tree of the same tasks, with Delta in the other half."""
    return replace(split((A, B), (D, E, G)), id="b" * 32)


def swapped(found: TreeDiff) -> TreeDiff:
    return TreeDiff(
        found.b,
        found.a,
        found.tasks_both,
        found.tasks_only_b,
        found.tasks_only_a,
        found.sets_both,
        found.sets_only_b,
        found.sets_only_a,
        found.distance,
        found.correlation,
        tuple(Moved(one.task, one.leaf_b, one.leaf_a) for one in found.moved),
    )


def test_a_comparison_made_by_hand() -> None:
    found = diff(make_tree(), other_tree())
    assert (found.tasks_both, found.tasks_only_a, found.tasks_only_b) == (5, 0, 0)
    # In both Alpha with Beta; in A {A, B, D}, {D} and {E, G}, in B {D, E, G}.
    assert (found.sets_both, found.sets_only_a, found.sets_only_b) == (1, 3, 1)
    assert found.distance == 4 / 6
    # Ten pairs: depths in A sum to 5, their squares to 7; in B to 4 and 4; the products to 3.
    assert found.correlation == pytest.approx((30 - 20) / math.sqrt((70 - 25) * (40 - 16)))
    assert found.moved == (Moved(D, "r01", "r1"),)


def test_only_shared_tasks_count() -> None:
    nodes = (
        make_node("r", (A, B, D, E, "x"), groups=((A, B, "x"), (D, E))),
        make_node("r0", (A, B, "x"), groups=((A, B), ("x",))),
        make_node("r1", (D, E)),
        make_node("r00", (A, B)),
        make_node("r01", ("x",)),
    )
    found = diff(other_tree(), make_tree(nodes=nodes))
    assert (found.tasks_both, found.tasks_only_a, found.tasks_only_b) == (4, 1, 1)
    assert (found.sets_both, found.sets_only_a, found.sets_only_b) == (2, 0, 0)
    assert (found.distance, found.moved) == (0, ())
    assert found.correlation is not None
    assert 0 < found.correlation < 1  # Alpha and Beta stay together for one node more


@given(random_trees(TASKS))
def test_a_tree_is_as_itself(tree: Tree) -> None:
    found = diff(tree, tree)
    assert (found.distance, found.sets_only_a, found.sets_only_b, found.moved) == (0, 0, 0, ())
    assert found.correlation in (1, None)


@given(random_trees(TASKS), random_trees((*TASKS[1:], "Zeta", "Eta")))
def test_both_ways_round_it_is_one_comparison(a: Tree, b: Tree) -> None:
    assert diff(b, replace(a, id="a")) == swapped(diff(replace(a, id="a"), b))


def test_of_two_matches_equally_good_it_is_the_same_one_both_ways_round() -> None:
    """Either Alpha and Beta stay, or Delta and Epsilon."""
    a, b = split((A, D, E), (B,)), split((A,), (B, D, E))
    found = diff(a, b)
    assert len(found.moved) == 2
    assert diff(b, a) == swapped(found)
    for one, other in product((a, split((B,), (A, D, E))), (b, split((B, D, E), (A,)))):
        renamed = diff(one, other)
        assert [task.task for task in renamed.moved] == [task.task for task in found.moved]


@given(random_trees(TASKS), random_trees(TASKS))
def test_numbers_keep_their_bounds_and_moved_tasks_their_leaves(a: Tree, b: Tree) -> None:
    found = diff(a, b)
    assert 0 <= found.distance <= 1
    assert (found.distance == 0) == (found.sets_only_a == found.sets_only_b == 0)
    assert found.correlation is None or -1 <= found.correlation <= 1
    leaves = {leaf.name: leaf.tasks for leaf in a.leaves()}
    others = {leaf.name: leaf.tasks for leaf in b.leaves()}
    for one in found.moved:
        assert one.task in leaves[one.leaf_a]
        assert one.task in others[one.leaf_b]
    # At best one leaf each stays whole, at worst only one task of one leaf stays.
    assert len(found.moved) < len(TASKS)
    assert len(found.moved) >= abs(len(leaves) - len(others))


@pytest.mark.parametrize("groups", [(), tuple((task,) for task in TASKS)], ids=["none", "single"])
def test_depths_that_are_all_alike_correlate_with_nothing(
    groups: tuple[tuple[str, ...], ...],
) -> None:
    flat = split(*groups) if groups else leaf_of(*TASKS)
    assert diff(flat, make_tree()).correlation is None
    assert diff(make_tree(), flat).correlation is None
    assert diff(flat, flat).distance == 0


def test_an_unfinished_tree_is_compared_as_far_as_it_is_known() -> None:
    lost = replace(make_node("r0", ()), status="unfinished")
    tree = make_tree(nodes=(make_tree().nodes[0], lost), status="unfinished")
    found = diff(tree, make_tree())
    assert (found.sets_both, found.sets_only_a, found.sets_only_b) == (2, 0, 2)
    assert found.moved == (Moved(D, "r0", "r01"),)


@pytest.mark.parametrize(
    ("other", "shared"),
    [(leaf_of(A, B, "x", "y"), 2), (leaf_of("x"), 0), (make_tree(nodes=()), 0)],
)
def test_trees_with_little_in_common_are_refused(other: Tree, shared: int) -> None:
    for trees in ((make_tree(), other), (other, make_tree())):
        with pytest.raises(ConfigError) as caught:
            diff(*trees)
        assert f"share {shared} tasks" in sentence(caught)
