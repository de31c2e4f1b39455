from tests.measures.stored import ask
from tests.trees import TASKS
from treemeta.measures.subject import measure


def test_tree_measures_need_nothing_but_the_tree() -> None:
    found = measure("tree", ask())
    assert found.kind == "similarity"
    assert found.tasks == TASKS
    assert found.matrix.loc["Alpha", "Beta"] == 2
