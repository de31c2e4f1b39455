"""The tree measure of similarity: how long two tasks stayed in one node."""

import pandas as pd

from treemeta.store.records import ROOT, Node, Tree


def tree_similarity(tree: Tree, below: Node) -> pd.DataFrame:
    """Return for each pair of a node's tasks the depth of their lowest common ancestor.

    The depth counts from the root of the whole tree; a task's similarity to itself is the depth of
    its leaf.
    """
    # Level by level: the last name is the deepest, also where a child is not finished yet.
    deepest = dict.fromkeys(below.tasks, ROOT)
    for node in tree.nodes:
        for child, group in zip(node.children, node.groups, strict=True):
            deepest |= dict.fromkeys(group, child)
    names = sorted(below.tasks)
    rows = [[_common(deepest[a], deepest[b]) for b in names] for a in names]
    return pd.DataFrame(rows, index=names, columns=names)


def _common(a: str, b: str) -> int:
    """Return the depth of the lowest common ancestor of two nodes, whose names are their paths."""
    shared = 0
    while shared < min(len(a), len(b)) and a[shared] == b[shared]:
        shared += 1
    return shared - 1
