"""The trees of a registry as a table: one a line, with what became of its root."""

from collections.abc import Mapping, Sequence
from textwrap import shorten
from typing import Any

from treemeta.errors import printable
from treemeta.report.text import aligned
from treemeta.store.records import Node

HEAD = ("tree", "started", "status", "accuracy", "root", "name")
LONGEST = 24  # letters of a reason that is not known here
WHY = {  # parts of the reasons not to split, in short
    "make no two children": "too few tasks",
    "tasks differ no more than": "no structure",
    "the best cut is no better than": "no better than chance",
    "a child does not reappear": "cut not steady",
    "tasks differ, but do not conflict": "no conflict",
    "its children do no better": "no gain",
}


def root_text(root: Node | None) -> str:
    """Return whether a root was split, and why not, in a few words; ``None`` cannot be read."""
    if root is None:
        return "unreadable"
    if root.status != "finished":
        return ""
    if root.groups:
        return f"split into {len(root.groups)}"
    if not root.evidence:
        return "not asked"
    reason = root.evidence[-1].reason
    known = [short for part, short in WHY.items() if part in reason]
    return f"refused: {known[0] if known else shorten(printable(reason), LONGEST)}"


def trees_rows(
    trees: Sequence[Mapping[str, Any]], roots: Mapping[str, Node | None]
) -> list[dict[str, Any]]:
    """Return what is told of every tree, with what became of its root."""
    return [
        {**tree, "root": root_text(roots[tree["tree"]]) if tree["tree"] in roots else ""}
        for tree in trees
    ]


def trees_text(rows: Sequence[Mapping[str, Any]], width: int | None = None) -> str:
    """Return the table; no line is longer than ``width``, if that is given."""
    lines = list(aligned([HEAD, *(_cells(row) for row in rows)]))
    return "\n".join(line[:width] for line in lines)


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    accuracy = "" if row["accuracy"] is None else f"{row['accuracy']:.3f}"
    value = accuracy if row["mse"] is None else f"mse {row['mse']:.3f}"
    told = (row["tree"][:8], row["started"], row["status"], value, row["root"], row["name"])
    return tuple(printable(str(cell)) for cell in told)
