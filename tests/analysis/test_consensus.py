from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trees import (
    CONFIG,
    HOSTILE,
    TASKS,
    leaf_of,
    make_node,
    make_tree,
    random_trees,
    sentence,
)
from treemeta.analysis.consensus import MOST_CHILDREN, consensus
from treemeta.errors import ConfigError
from treemeta.store.records import LETTERS, Node, Tree
from treemeta.store.structure import NODE_NAME, check_tasks

A, B, D, E, G = TASKS


def named(trees: Sequence[Tree]) -> list[Tree]:
    """Return trees with an id each."""
    return [replace(tree, id=f"{i:032x}") for i, tree in enumerate(trees, 1)]


def grown(*sets: str | tuple[str, ...]) -> Tree:
    """Return a tree whose nodes below the root have these task sets, listed level by level."""
    tasks = tuple(sorted({task for one in sets for task in one}))
    nodes: dict[str, tuple[str, ...]] = {"r": tasks}
    groups: dict[str, list[tuple[str, ...]]] = {"r": []}
    for one in map(tuple, sets):
        parent = max((name for name in nodes if {*one} < {*nodes[name]}), key=len)
        name = f"{parent}{len(groups[parent])}"
        groups[parent].append(one)
        nodes[name], groups[name] = one, []
    order = sorted(nodes, key=lambda name: (len(name), name))
    return make_tree(
        nodes=tuple(make_node(one, nodes[one], groups=tuple(groups[one])) for one in order)
    )


def shape(tree: Tree) -> dict[str, tuple[str, float | None]]:
    return {node.name: ("".join(node.tasks), node.support) for node in tree.nodes}


def sets_of(tree: Tree) -> set[frozenset[str]]:
    return {frozenset(node.tasks) for node in tree.nodes}


def test_a_consensus_made_by_hand() -> None:
    trees = named(
        [
            grown("abcd", "ef", "ab", "cd"),
            grown("abcd", "ef", "abc", "d", "ab", "c"),
            grown("abe", "cdf", "ab", "e"),
        ]
    )
    found = consensus(trees)
    # ab is in all three, abcd and ef in two; c and d together in one, which is not most of them.
    assert shape(found) == {
        "r": ("abcdef", None),
        "r0": ("abcd", 2 / 3),
        "r1": ("ef", 2 / 3),
        "r00": ("ab", 1.0),
        "r01": ("cd", 1 / 3),
    }
    assert found.nodes[0].groups == (tuple("abcd"), tuple("ef"))
    assert found.nodes[1].supports == (1.0, 1 / 3)
    assert found.summary == {"nodes": 5, "leaves": 3, "depth": 2}
    about = {"dataset": "glyphs", "split": None, "transform": None, "questions": None}
    about["data"] = "f" * 64
    assert found.config == {"arm": "consensus", **about, "trees": [tree.id for tree in trees]}
    asked = [replace(tree, config=tree.config | {"questions": "style"}) for tree in trees]
    assert consensus(asked).config["questions"] == "style"
    assert (found.id, found.status, found.test_accuracy) == ("", "finished", {})


def test_half_of_the_trees_is_not_most_of_them() -> None:
    found = consensus(named([grown("ab", "cd"), grown("abc", "d")]))
    assert shape(found) == {"r": ("abcd", None)}
    assert found.nodes[0].groups == ()


def test_what_no_child_takes_goes_to_the_last() -> None:
    found = consensus(named([grown("bc", "ad"), grown("bc", "a", "d")]))
    assert shape(found) == {"r": ("abcd", None), "r0": ("bc", 1.0), "r1": ("ad", 0.5)}
    assert found.nodes[0].groups == (("b", "c"), ("a", "d"))
    trees = [grown("ab", "c", "def"), grown("ab", "cde", "f"), grown("ab", "cd", "ef")]
    assert shape(consensus(named(trees)))["r1"] == ("cdef", 0.0)


@given(st.lists(random_trees(TASKS), min_size=2, max_size=7))
def test_a_consensus_is_a_tree_that_the_store_takes(trees: list[Tree]) -> None:
    found = consensus(named(trees))
    assert all(NODE_NAME.fullmatch(node.name) for node in found.nodes)
    assert [node.name for node in found.nodes] == sorted(
        (node.name for node in found.nodes), key=lambda name: (len(name), name)
    )
    check_tasks("x", found.nodes, True)
    assert sorted(task for leaf in found.leaves() for task in leaf.tasks) == sorted(TASKS)


@given(st.lists(random_trees(TASKS), min_size=2, max_size=7))
def test_nodes_are_the_sets_of_most_trees_and_what_they_leave(trees: list[Tree]) -> None:
    found = consensus(named(trees))
    shares = {
        tasks: sum(tasks in sets_of(tree) for tree in trees) / len(trees)
        for tasks in set().union(*map(sets_of, trees))
    }
    most = {tasks for tasks, share in shares.items() if share > 0.5}
    assert most <= sets_of(found)
    for node in found.nodes[1:]:
        tasks = frozenset(node.tasks)
        assert node.support == shares.get(tasks, 0)
        if tasks not in most:
            assert not node.groups
            (parent,) = (one for one in found.nodes if one.name == node.parent)
            assert parent.groups[-1] == node.tasks


@given(st.lists(random_trees(TASKS), min_size=2, max_size=5), st.randoms())
def test_the_order_of_the_trees_has_no_part_in_it(trees: list[Tree], random: object) -> None:
    ordered = named(trees)
    shuffled = list(ordered)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert consensus(shuffled) == consensus(ordered)


@given(random_trees(TASKS), st.integers(2, 5))
def test_copies_of_a_tree_agree_on_all_of_it(tree: Tree, copies: int) -> None:
    found = consensus(named([tree] * copies))
    assert sets_of(found) == sets_of(tree)
    assert {node.support for node in found.nodes[1:]} <= {1.0}


def wide(children: int) -> list[Tree]:
    """Return trees that agree on so many leaves, but not on what lies above them."""
    tasks = [f"{i:02}" for i in range(children)]
    cuts = [(*tasks[:i],) for i in (2, 3, 4)]
    above = [(cut, tuple(task for task in tasks if task not in cut)) for cut in cuts]
    return named([grown(*halves, *((task,) for task in tasks)) for halves in above])


def test_a_node_of_more_children_than_a_name_has_digits_is_refused() -> None:
    assert len(consensus(wide(MOST_CHILDREN)).nodes) == MOST_CHILDREN + 1
    with pytest.raises(ConfigError) as caught:
        consensus(wide(MOST_CHILDREN + 1))
    assert "node 'r' of the consensus would have 10 children" in sentence(caught)


def test_the_store_has_names_for_as_many_children() -> None:
    assert len(LETTERS) >= MOST_CHILDREN
    assert all(NODE_NAME.fullmatch(f"r{letter}") for letter in LETTERS)
    assert not NODE_NAME.fullmatch("r-")


def made_of(**config: object) -> Tree:
    return make_tree(config=CONFIG | config)


@pytest.mark.parametrize(
    ("trees", "said"),
    [
        ([], "not of 0"),
        ([make_tree()], "not of 1"),
        ([make_tree(), leaf_of("x")], "task 'Alpha' is in tree"),
        ([leaf_of(*TASKS, "Aaa"), make_tree()], f"task 'Aaa' is in tree {1:032x} but not in"),
        ([make_tree(), make_tree(status="unfinished", nodes=())], f"tree {2:032x} is unfinished"),
        ([make_tree(status="unfinished"), make_tree()], "treemeta train --resume 00000000"),
        ([make_tree(), made_of(data="0" * 64)], "different data"),
        ([made_of(arm="consensus"), make_tree()], f"tree {1:032x} is a consensus itself"),
        *(([make_tree(), leaf_of(*TASKS, name)], f"task {name!r} is in") for name in HOSTILE),
    ],
)
def test_trees_that_have_no_consensus(trees: list[Tree], said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        consensus(named(trees))
    assert said in sentence(caught)
    assert caught.value.exit_code == 2


def test_a_tree_named_twice_is_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        consensus([*named([make_tree(), make_tree()]), replace(make_tree(), id=f"{1:032x}")])
    assert f"tree {1:032x} is named 2 times" in sentence(caught)


def test_nodes_hold_no_numbers_of_training() -> None:
    for node in consensus(named([make_tree(), make_tree()])).nodes:
        kept = Node(node.name, node.tasks, 0, 0, None, None, None, node.support)
        assert node == replace(kept, groups=node.groups, supports=node.supports)
