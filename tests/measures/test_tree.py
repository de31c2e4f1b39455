import pytest

from tests.trees import TASKS, make_tree
from treemeta.measures.subject import Subject, measure


def ask(**more: str) -> Subject:
    tree = make_tree()
    return Subject(None, tree, tree.nodes[0], lambda: pytest.fail("no engine"), **more)  # type: ignore[arg-type]


def test_tree_measures_need_nothing_but_the_tree() -> None:
    found = measure("tree", ask())
    assert found.kind == "similarity"
    assert found.tasks == TASKS
    assert found.matrix.loc["Alpha", "Beta"] == 2
