"""What sets two trees apart, as text for a terminal and as json."""

from dataclasses import asdict

from treemeta.analysis.diff import TreeDiff
from treemeta.errors import printable
from treemeta.report.text import origin
from treemeta.store.documents import json_text
from treemeta.store.records import Tree


def diff_text(diff: TreeDiff, a: Tree, b: Tree) -> str:
    """Return a comparison of two trees as text."""
    lines = [
        printable(f"{label}  {tree.id}  {tree.status}  {origin(tree)}")
        for label, tree in (("A", a), ("B", b))
    ]
    depths = "undefined, as in one tree it is the same for every pair"
    if diff.correlation is not None:
        depths = f"correlation {diff.correlation:.3f}"
    lines += [
        "",
        f"tasks: {diff.tasks_both} shared, {diff.tasks_only_a} only in A, "
        f"{diff.tasks_only_b} only in B",
        f"task sets of nodes: {diff.sets_both} in both, {diff.sets_only_a} only in A, "
        f"{diff.sets_only_b} only in B; distance {diff.distance:.3f} (0 same, 1 none shared)",
        f"depth of the common ancestor: {depths}",
        f"tasks that moved to another leaf: {len(diff.moved)}",
    ]
    width = max((len(printable(one.task)) for one in diff.moved), default=0)
    for one in diff.moved:
        lines.append(f"  {printable(one.task):{width}}  {one.leaf_a} in A, {one.leaf_b} in B")
    return "\n".join(lines)


def diff_json(diff: TreeDiff) -> str:
    """Return what sets two trees apart as json."""
    return json_text(asdict(diff), indent=2)
