from dataclasses import replace

import pytest

from tests.trees import make_consensus, make_node, make_tree
from treemeta.report.legend import tree_legend
from treemeta.store.evidence import Conflict, Evidence
from treemeta.store.records import Tree

TRIED = Evidence(
    4, True, "so", 2, gain=0.1, gain_low=0.0, gain_high=0.2,
    conflicts=(Conflict(0, 1, -0.5, None, None),),
)  # fmt: skip


def told(tree: Tree) -> list[str]:
    return [line.partition(":")[0] for line in tree_legend(tree)]


def of(**more: object) -> Tree:
    return make_tree(nodes=(make_node("r", ("a",), **{"accuracy": None} | more),))


@pytest.mark.parametrize(
    ("tree", "words"),
    [
        (make_tree(), ["accuracy", "reliability", "support", "p", "stability"]),
        (make_consensus(), ["support"]),
        (of(evidence=(TRIED,)), ["conflict", "gain"]),
        (of(accuracy=0.0), ["accuracy"]),
        (of(reliability=-0.1), ["reliability"]),
        (of(), []),
        (of(accuracy=0.5, status="unfinished"), []),
        (make_tree(nodes=()), []),
    ],
)
def test_what_is_told_is_explained_and_nothing_else(tree: Tree, words: list[str]) -> None:
    assert told(tree) == words


def test_numbers_are_told_by_their_errors() -> None:
    tree = of(accuracy=0.5, evidence=(TRIED,))
    first, *_, last = tree_legend(replace(tree, config=tree.config | {"targets": "numbers"}))
    assert first.startswith("mse: mean squared error")
    assert last.startswith("gain: in mse,")
    grown = make_tree(config=tree.config | {"targets": "numbers"})
    assert "p: how often the same directions, turned at random, do as well" in tree_legend(grown)


def test_support_of_a_consensus_is_of_trees() -> None:
    (line,) = tree_legend(make_consensus())
    assert "share of trees" in line
