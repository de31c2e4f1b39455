import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trees import leaf_of, make_tree, random_trees
from treemeta.store.documents import json_text, parse_json, typed
from treemeta.store.records import Node, Tree, node_to_dict, path_order


def with_root(**change: Any) -> Callable[[Tree], Tree]:
    return lambda tree: replace(tree, nodes=(replace(tree.nodes[0], **change), *tree.nodes[1:]))


@pytest.mark.parametrize(
    "change",
    [
        lambda tree: replace(tree, id="f" * 32),
        lambda tree: replace(tree, status="unfinished"),
        lambda tree: replace(tree, config=dict(reversed(tree.config.items()))),
        with_root(run_id="f" * 32),
        with_root(accuracy=None),
        with_root(evidence=()),
    ],
)
def test_hash_ignores_ids_and_what_follows_from_the_rest(change: Callable[[Tree], Tree]) -> None:
    tree = make_tree()
    assert repr(change(tree)) != repr(tree)  # the order of a config too
    assert change(tree).hash() == tree.hash()


@pytest.mark.parametrize(
    "change",
    [
        lambda tree: replace(tree, config=tree.config | {"seed": 1}),
        lambda tree: replace(tree, nodes=tree.nodes[:-1]),
        with_root(name="q"),
        with_root(tasks=("Alpha", "Beta")),
        with_root(start=1),
        with_root(meta_steps=5),
        with_root(tensors_sha256="1" * 64),
    ],
)
def test_hash_sees_whatever_makes_another_tree(change: Callable[[Tree], Tree]) -> None:
    assert change(make_tree()).hash() != make_tree().hash()


def test_steps_of_trials_in_vain_are_part_of_what_a_tree_costs() -> None:
    tree = make_tree(summary={"meta_steps_total": 40.0, "trial_steps_total": 8.0})
    assert tree.steps == 48
    assert make_tree(summary={"meta_steps_total": 12.0}).steps == 12


def test_less_error_is_more_merit_and_what_nobody_knows_the_least() -> None:
    assert make_tree().merit == 0.75
    assert make_tree(config={**make_tree().config, "targets": "numbers"}).merit == -0.75
    assert with_root(accuracy=None)(make_tree()).merit == -math.inf


def test_hash_is_pinned() -> None:
    found = make_tree().hash()
    assert found == "60f040bdef24eb7e7376b2f03d994edd772ae52cb6f00b3286886a7d2efd2a04"


def test_hash_tells_the_ends_of_names_apart() -> None:
    one, other = (
        with_root(tasks=("a", "bc"))(make_tree()),
        with_root(tasks=("ab", "c"))(make_tree()),
    )
    assert one.hash() != other.hash()


@given(random_trees())
def test_a_tree_is_an_arborescence_whose_leaves_partition_the_tasks(tree: Tree) -> None:
    graph = tree.graph()
    assert nx.is_arborescence(graph)
    assert [name for name, degree in graph.in_degree if degree == 0] == ["r"]
    dealt = sorted(task for leaf in tree.leaves() for task in leaf.tasks)
    assert dealt == sorted(tree.nodes[0].tasks)
    for node in tree.nodes:
        assert graph.nodes[node.name]["node"] is node
        assert sorted(graph.successors(node.name)) == list(node.children)
        assert nx.shortest_path_length(graph, "r", node.name) == node.depth
        assert node.parent == next(graph.predecessors(node.name), None)


@given(st.permutations(["r", "r0", "r1", "r00", "r01", "r10", "r000"]))
def test_path_order_is_level_by_level(names: list[str]) -> None:
    assert sorted(names, key=path_order) == ["r", "r0", "r1", "r00", "r01", "r10", "r000"]


@given(random_trees(), st.floats(allow_nan=False, allow_infinity=False))
def test_nodes_survive_json(tree: Tree, loss: float) -> None:
    for node in (*tree.nodes, *make_tree().nodes):
        node = replace(node, loss=loss)
        assert typed(parse_json(json_text(node_to_dict(node))), Node) == node


def test_a_stored_node_does_not_say_where_it_is_stored() -> None:
    assert not {"run_id", "status"} & node_to_dict(make_tree().nodes[0]).keys()


def test_the_frontier_is_what_the_last_nodes_have_reached() -> None:
    tree = make_tree()
    # r ends at 4; r0, r00 and r01 later; of each step the deepest that have ended count, by tasks.
    ended = {one.name: (one.start + one.meta_steps, one.accuracy) for one in tree.nodes}
    points = dict(tree.frontier())
    assert list(points) == sorted(points)
    assert points[ended["r"][0]] == ended["r"][1]
    assert set(points) <= {step for step, _ in ended.values()}
    leaf = leaf_of("a", "b")
    ((step, reached),) = leaf.frontier()
    assert (step, reached) == (leaf.nodes[0].meta_steps, leaf.nodes[0].accuracy)
