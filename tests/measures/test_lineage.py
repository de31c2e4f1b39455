from dataclasses import replace
from itertools import product

import numpy as np
from hypothesis import given

from tests.trees import TASKS, make_node, make_tree, random_trees
from treemeta.measures.lineage import common_depths, count_leaves, offspring
from treemeta.store.records import Tree


def test_of_children_that_are_not_stored_yet_the_tasks_are_known() -> None:
    whole = make_tree()
    assert offspring(whole, whole.nodes[0]) == [whole.nodes[1], whole.nodes[2]]
    begun = replace(make_node("r0", ()), status="unfinished")
    assert [count_leaves(whole, node) for node in whole.nodes[:3]] == [3, 2, 1]
    for nodes in (whole.nodes[:1], (whole.nodes[0], begun)):
        assert count_leaves(make_tree(nodes=nodes), nodes[0]) == 2
        found = offspring(make_tree(nodes=nodes), nodes[0])
        assert [(one.name, one.tasks, one.status) for one in found] == [
            ("r0", TASKS[:3], "unfinished"), ("r1", TASKS[3:], "unfinished"),
        ]  # fmt: skip


def test_similarity_is_the_depth_of_the_common_ancestor() -> None:
    found = common_depths(make_tree(), make_tree().nodes[0])
    assert list(found.index) == list(found.columns) == list(TASKS)
    assert found.to_numpy().tolist() == [
        [2, 2, 1, 0, 0],
        [2, 2, 1, 0, 0],
        [1, 1, 2, 0, 0],
        [0, 0, 0, 1, 1],
        [0, 0, 0, 1, 1],
    ]


@given(random_trees())
def test_similarity_is_an_ultrametric_upside_down(tree: Tree) -> None:
    found = common_depths(tree, tree.nodes[0])
    values = found.to_numpy()
    assert list(found.index) == sorted(tree.nodes[0].tasks)
    assert (values == values.T).all()
    assert (values >= 0).all()
    for a, b, c in product(range(len(values)), repeat=3):
        assert values[a, c] >= min(values[a, b], values[b, c])
    for leaf in tree.leaves():
        for task in leaf.tasks:
            assert found.loc[task, task] == leaf.depth


@given(random_trees())
def test_similarity_below_a_node_is_a_part_of_the_whole(tree: Tree) -> None:
    whole = common_depths(tree, tree.nodes[0])
    for node in tree.nodes:
        part = common_depths(tree, node)
        assert part.equals(whole.loc[sorted(node.tasks), sorted(node.tasks)])
        assert (part.to_numpy() >= node.depth).all()


@given(random_trees())
def test_similarity_needs_only_what_the_inner_nodes_say(tree: Tree) -> None:
    """The leaves of a tree may be unfinished or missing: their parents know who goes where."""
    inner = [node for node in tree.nodes if node.groups or node.parent is None]
    lost = [replace(make_node(leaf.name, ()), status="unfinished") for leaf in tree.leaves()[:1]]
    kept = [*inner, *(leaf for leaf in lost if leaf.parent)]
    kept.sort(key=lambda node: (len(node.name), node.name))
    found = common_depths(replace(tree, nodes=tuple(kept)), tree.nodes[0])
    assert np.array_equal(found, common_depths(tree, tree.nodes[0]))
