import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from tests.analysis.test_diff import D, other_tree
from tests.trees import HOSTILE, TASKS, leaf_of, make_node, make_tree
from treemeta.analysis.diff import diff
from treemeta.errors import printable
from treemeta.report.diff_text import diff_json, diff_text

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("which", ["moved", "alike"])
def test_a_comparison_is_printed_like_this(which: str) -> None:
    groups = ((TASKS[0], TASKS[1]), (TASKS[2], TASKS[3], TASKS[4])) if which == "moved" else ()
    nodes = [make_node(f"r{i}", group) for i, group in enumerate(groups)]
    nodes = [make_node("r", TASKS, groups=groups), *nodes]
    a, b = make_tree(), make_tree(id="b" * 32, nodes=tuple(nodes), status="unfinished")
    text = diff_text(diff(a, b), a, b)
    assert text + "\n" == (GOLDEN / f"comparison-{which}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", HOSTILE)
def test_moved_tasks_reach_the_terminal_as_names(name: str) -> None:
    tasks = (name, "plain", "x")
    groups = (tasks[:1], tasks[1:])
    nodes = [make_node(f"r{i}", group) for i, group in enumerate(groups)]
    a = make_tree(nodes=(make_node("r", tasks, groups=groups), *nodes))
    b = replace(leaf_of(*tasks), config={"arm": name, "dataset": name, "seed": name})
    text = diff_text(diff(a, b), a, b)
    assert text.replace("\n", "").isprintable()
    assert text.splitlines()[-1].startswith(f"  {printable(name)}  r0 in A")


def test_the_json_contract() -> None:
    found = diff(make_tree(), other_tree())
    read = json.loads(diff_json(found))
    assert list(read) == list(asdict(found))
    assert read["moved"] == [{"task": D, "leaf_a": "r01", "leaf_b": "r1"}]
    assert read == asdict(found) | {"moved": read["moved"]}
