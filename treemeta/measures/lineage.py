"""Where tasks lie in a grown tree, and how deep the last node lies that two of them share."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from treemeta.store.records import ROOT, Node, Tree

if TYPE_CHECKING:
    import pandas as pd


def deepest(tree: Tree, below: Node) -> dict[str, str]:
    """Return for each of a node's tasks the name of the last node it went to, whether that node is
    finished or not."""
    deepest_of = dict.fromkeys(below.tasks, ROOT)
    for node in tree.nodes:  # level by level: the last name is the deepest
        for child, group in node.shares.items():
            deepest_of |= dict.fromkeys(group, child)
    return {task: deepest_of[task] for task in sorted(below.tasks)}


def count_leaves(tree: Tree, below: Node) -> int:
    """Return how many nodes a node's tasks went to last, finished or not."""
    return len({*deepest(tree, below).values()})


def offspring(tree: Tree, node: Node) -> list[Node]:
    """Return a node's children; of one that is not finished only its tasks are known."""
    known = {one.name: one for one in tree.nodes if one.status == "finished"}
    return [
        known.get(name) or Node(name, tasks, 0, 0, None, None, None, None, status="unfinished")
        for name, tasks in node.shares.items()
    ]


def common_depths(tree: Tree, below: Node) -> "pd.DataFrame":
    """Return for each pair of a node's tasks the depth of their lowest common ancestor.

    The depth counts from the root of the whole tree; that of a task and itself is its leaf's.
    """
    import pandas as pd  # here, as showing a tree has no use for it

    leaves = deepest(tree, below)
    rows = [[in_common(a, b) - 1 for b in leaves.values()] for a in leaves.values()]
    return pd.DataFrame(rows, index=list(leaves), columns=list(leaves))


def in_common(a: Sequence[str], b: Sequence[str]) -> int:
    """Return how many ancestors two paths share from the root."""
    return next(
        (i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b))
    )
