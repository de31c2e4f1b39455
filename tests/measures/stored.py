"""A stored tree to measure, without data, parameters or an engine."""

import pytest

from tests.trees import make_tree
from treemeta.measures.subject import Subject


def ask(**more: str) -> Subject:
    tree = make_tree()
    return Subject(None, tree, tree.nodes[0], lambda: pytest.fail("no engine"), **more)  # type: ignore[arg-type]
