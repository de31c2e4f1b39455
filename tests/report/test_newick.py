import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.cluster.hierarchy import cophenet
from scipy.spatial.distance import squareform
from skbio import TreeNode

from tests.trees import HOSTILE
from treemeta.errors import DataError
from treemeta.measures.similarity import Similarity, dendrogram_linkage, named
from treemeta.report.newick import linkage_newick, newick_name
from treemeta.report.text import printable


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
    ("name", "expected"), [("Greek", "Greek"), ("a_b", "'a_b'"), ("it's", "'it''s'")]
)
def test_names_are_quoted_where_they_must_be(name: str, expected: str) -> None:
    assert newick_name(name) == expected


def test_undefined_entries_have_no_dendrogram() -> None:
    values = np.eye(3)
    values[0, 1] = np.nan
    with pytest.raises(DataError, match="undefined for some tasks"):
        linkage_newick(Similarity("transfer", "similarity", named(values, ["a", "b", "c"])))
