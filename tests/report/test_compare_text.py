from dataclasses import replace
from pathlib import Path

import pytest

from tests.trees import HOSTILE, TASKS, leaf_of, make_node, make_tree
from treemeta.report.compare import compare
from treemeta.report.compare_text import comparison_text
from treemeta.report.text import printable

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("which", ["moved", "alike"])
def test_a_comparison_is_printed_like_this(which: str) -> None:
    groups = ((TASKS[0], TASKS[1]), (TASKS[2], TASKS[3], TASKS[4])) if which == "moved" else ()
    nodes = [make_node(f"r{i}", group) for i, group in enumerate(groups)]
    nodes = [make_node("r", TASKS, groups=groups), *nodes]
    a, b = make_tree(), make_tree(id="b" * 32, nodes=tuple(nodes), status="unfinished")
    text = comparison_text(compare(a, b), a, b)
    assert text + "\n" == (GOLDEN / f"comparison-{which}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", HOSTILE)
def test_moved_tasks_reach_the_terminal_as_names(name: str) -> None:
    tasks = (name, "plain", "x")
    groups = (tasks[:1], tasks[1:])
    nodes = [make_node(f"r{i}", group) for i, group in enumerate(groups)]
    a = make_tree(nodes=(make_node("r", tasks, groups=groups), *nodes))
    b = replace(leaf_of(*tasks), config={"arm": name, "dataset": name, "seed": name})
    text = comparison_text(compare(a, b), a, b)
    assert text.replace("\n", "").isprintable()
    assert text.splitlines()[-1].startswith(f"  {printable(name)}  r0 in A")
