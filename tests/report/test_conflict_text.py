from dataclasses import replace

import pytest

from tests.trees import make_node, make_tree
from treemeta.report.conflict_text import conflict_text, split_conflict
from treemeta.report.export import tree_dot
from treemeta.report.text import tree_text
from treemeta.store.evidence import Conflict, Evidence

ONE = Conflict(0, 1, -0.583, -0.66, -0.504)
THREE = (ONE, Conflict(0, 2, 0.16, None, None), Conflict(1, 2, None, None, None))
SPLIT = Evidence(4, True, "structure", 2, conflicts=(ONE,))


@pytest.mark.parametrize(
    ("conflicts", "merged", "said"),
    [
        ((), (), []),
        ((ONE,), (), ["conflict -0.58 (-0.66 to -0.50)"]),
        ((replace(ONE, low=None, high=None),), (), ["conflict -0.58"]),
        ((replace(ONE, cosine=None),), (), ["conflict unknown, gradients are all noise"]),
        (THREE, ((0, 2), (1,)), ["conflicts -0.58 to +0.16", "3 groups merged into 2"]),
    ],
)
def test_conflicts_are_phrases(
    conflicts: tuple[Conflict, ...], merged: tuple[tuple[int, ...], ...], said: list[str]
) -> None:
    assert conflict_text(replace(SPLIT, conflicts=conflicts, merged=merged)) == said


def test_of_merged_children_the_conflict_that_is_left_is_told() -> None:
    merged = replace(SPLIT, conflicts=THREE, merged=((0, 2), (1,)), kept=(ONE,))
    left = "3 groups merged into 2 of conflict -0.58 (-0.66 to -0.50)"
    assert conflict_text(merged) == ["conflicts -0.58 to +0.16", left]
    assert split_conflict(make_node("r", ("a",), evidence=(merged,))) == "conflict -0.58"


def test_a_split_node_bears_its_conflict_wherever_it_is_shown() -> None:
    tree = make_tree()
    root = replace(tree.nodes[0], evidence=(replace(SPLIT, accepted=False), SPLIT))
    shown = replace(tree, nodes=(root, *tree.nodes[1:]))
    assert split_conflict(root) == "conflict -0.58"
    assert tree_dot(shown).count("conflict -0.58") == 1
    assert tree_text(shown).count("conflict -0.58 (-0.66 to -0.50)") == 2


def test_a_node_that_is_not_split_has_none() -> None:
    refused = make_node("r", ("a",), evidence=(replace(SPLIT, accepted=False),))
    assert split_conflict(refused) is None
    assert split_conflict(make_node("r", ("a",))) is None
