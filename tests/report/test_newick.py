import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.cluster.hierarchy import cophenet
from scipy.spatial.distance import squareform
from skbio import TreeNode

from tests.report.clades import assume_told_apart, check_clades
from tests.report.clades import read as read_by_dendropy
from tests.trees import HOSTILE, TASKS, leaf_of, make_consensus, make_node, make_tree, random_trees
from treemeta.errors import DataError, printable
from treemeta.measures.similarity import Similarity, dendrogram_linkage, named
from treemeta.report.newick import linkage_newick, newick_name, tree_newick
from treemeta.store.records import Tree


def any_similarity(size: int, seed: int, tasks: list[str] | None = None) -> Similarity:
    values = np.random.default_rng(seed).normal(size=(size, size))
    names = tasks or [f"t{i}" for i in range(size)]
    return Similarity("direction", "similarity", named(values + values.T, names))


def read(text: str) -> TreeNode:
    return TreeNode.read([text], convert_underscores=False)


@given(st.integers(2, 9), st.integers(0, 99))
def test_distances_between_tips_are_cophenetic(size: int, seed: int) -> None:
    made = any_similarity(size, seed)
    tree = read(linkage_newick(made))
    found = tree.cophenet().filter(list(made.tasks)).data  # along both branches
    expected = squareform(cophenet(dendrogram_linkage(made)))
    assert np.allclose(found / 2, expected, atol=1e-4)


def test_hostile_names_are_tips() -> None:
    names = [printable(name) for name in HOSTILE]
    tree = read(linkage_newick(any_similarity(len(HOSTILE), 0, HOSTILE)))
    assert sorted(tip.name for tip in tree.tips()) == sorted(names)


def test_one_task_is_a_tree() -> None:
    assert linkage_newick(any_similarity(1, 0)) == "t0;\n"


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Greek", "Greek"), ("a_b", "'a_b'"), ("it's", "'it''s'"), ("a-b", "'a-b'")],
)
def test_names_are_quoted_where_they_must_be(name: str, expected: str) -> None:
    assert newick_name(name) == expected


def test_undefined_entries_have_no_dendrogram() -> None:
    values = np.eye(3)
    values[0, 1] = np.nan
    with pytest.raises(DataError, match="undefined for some tasks"):
        linkage_newick(Similarity("transfer", "similarity", named(values, ["a", "b", "c"])))


# Trees


@given(random_trees())
def test_a_tree_reads_back(tree: Tree) -> None:
    assume_told_apart(tree)
    text = tree_newick(tree)
    assert text[:-1].isprintable()
    check_clades(read_by_dendropy(text, "newick"), tree)


@pytest.mark.parametrize("tree", [make_tree(), make_consensus()], ids=["grown", "consensus"])
def test_support_stands_where_readers_of_labels_look_for_it(tree: Tree) -> None:
    check_clades(read_by_dendropy(tree_newick(tree), "newick"), tree)
    found = read(tree_newick(tree))
    found.assign_supports()
    below = {frozenset(tip.name for tip in one.tips()): one for one in found.non_tips()}
    for node in tree.nodes[1:]:
        assert below[frozenset(node.tasks)].support == pytest.approx(node.support, abs=1e-4)


@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_is_a_tip(name: str) -> None:
    check_clades(
        read_by_dendropy(tree_newick(leaf_of(name, "other")), "newick"), leaf_of(name, "other")
    )
    assert [tip.name for tip in read(tree_newick(leaf_of(name, "other"))).tips()] == [
        printable(name),
        "other",
    ]


def test_errors_of_numbers_are_called_so() -> None:
    config = make_tree().config | {"targets": "numbers"}
    tree = make_tree(config=config)
    assert "mse=0.75" in tree_newick(tree)
    check_clades(read_by_dendropy(tree_newick(tree), "newick"), tree)


def test_what_is_no_number_is_not_told() -> None:
    nodes = (make_node("r", ("a",), accuracy=math.nan, support=math.inf),)
    assert tree_newick(make_tree(nodes=nodes)) == "(a:0):4[&&NHX:name=r];\n"


def test_an_unfinished_tree_loses_no_task() -> None:
    nodes = list(make_tree().nodes)
    nodes[1] = replace(make_node("r0", ()), status="unfinished")
    found = read(tree_newick(make_tree(nodes=tuple(nodes[:3]))))
    assert [one.name for one in found.children[:3]] == ["Alpha", "Beta", "Delta"]
    assert [one.name for one in found.children[3].children] == ["Epsilon", "Gamma"]
    alone = read(tree_newick(make_tree(nodes=tuple(nodes[:1]))))
    assert [one.name for one in alone.children] == list(TASKS)
