from dataclasses import replace

import pytest

from tests.measures.stored import ask
from tests.trees import TASKS
from treemeta.errors import ConfigError
from treemeta.measures.subject import measure


def test_tree_measures_need_nothing_but_the_tree() -> None:
    found = measure("tree", ask())
    assert found.kind == "similarity"
    assert found.tasks == TASKS
    assert found.matrix.loc["Alpha", "Beta"] == 2


@pytest.mark.parametrize("name", ["tree", "cophenetic"])
def test_a_leaf_tells_no_task_from_another(name: str) -> None:
    asked = ask()
    leaf = asked.tree.nodes[2]
    with pytest.raises(ConfigError, match=f"node '{leaf.name}' .* was never split"):
        measure(name, replace(asked, node=leaf))
