"""Growing to the end: what is told meanwhile, and what is logged."""

from pathlib import Path

import treemeta as api
from tests.conftest import Run
from treemeta.tree.deliver import figures_of


def test_a_page_is_logged_with_a_tree_as_the_program_writes_it(
    tree: api.OpenTree, treemeta: Run
) -> None:
    assert treemeta("report", tree.id).returncode == 0
    files = figures_of(tree.registry, tree.id)
    assert files["report.html"] == Path("report.html").read_text()
    assert "tree.dot" in files
