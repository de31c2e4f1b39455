from pathlib import Path
from typing import Any

import pytest

from tests.trees import make_node
from treemeta.report.trees_text import WHY, root_text, trees_rows, trees_text
from treemeta.store.evidence import Evidence
from treemeta.store.records import Node

TREES = Path(__file__).parents[2] / "treemeta" / "tree"


def refused(reason: str) -> Node:
    return make_node("r", ("a", "b"), evidence=(Evidence(4, False, reason),))


def row(tree: str, **more: Any) -> dict[str, Any]:
    told = {"tree": tree, "started": "2026-01-02 03:04", "status": "finished", "name": "a tree"}
    return {**told, "accuracy": None, "mse": None, **more}


def test_every_reason_is_one_that_is_given() -> None:
    given = "".join(path.read_text(encoding="utf-8") for path in TREES.glob("*.py"))
    for reason in WHY:
        assert reason in given, reason


@pytest.mark.parametrize(
    ("root", "said"),
    [
        (None, "unreadable"),
        (make_node("r", ("a",), status="unfinished"), ""),
        (make_node("r", ("a",)), "not asked"),
        (make_node("r", ("a", "b"), groups=(("a",), ("b",))), "split into 2"),
        (refused("tasks differ, but do not conflict"), "refused: no conflict"),
        (refused("3 tasks make no two children of 3"), "refused: too few tasks"),
        (refused("tasks differ no more than turned directions do"), "refused: no structure"),
        (refused("told not to split here"), "refused: told not to split here"),
        (refused("\x1b[2J and more that nobody knows"), "refused: \ufffd[2J and more that [...]"),
    ],
)  # fmt: skip
def test_what_became_of_a_root_is_a_few_words(root: Node | None, said: str) -> None:
    assert root_text(root) == said


def test_a_table_has_a_head_and_lines_as_wide_as_a_terminal() -> None:
    roots = {"a" * 32: refused("tasks differ, but do not conflict")}
    trees = [
        row("a" * 32, accuracy=0.9204),
        row("b" * 32, mse=0.226, name="of \n numbers " + "x" * 99),
    ]
    rows = trees_rows(trees, roots)
    assert [one["root"] for one in rows] == ["refused: no conflict", ""]
    assert trees_text(rows, 80).splitlines() == [
        "tree      started           status    accuracy   root                  name",
        "aaaaaaaa  2026-01-02 03:04  finished  0.920      refused: no conflict  a tree",
        "bbbbbbbb  2026-01-02 03:04  finished  mse 0.226                        of \ufffd numb",
    ]
    assert "x" * 99 in trees_text(rows)
