"""The cophenetic measure: how many meta-steps ago two tasks parted."""

import pandas as pd

from treemeta.errors import ConfigError
from treemeta.measures.lineage import common_depths, deepest
from treemeta.measures.similarity import Similarity
from treemeta.measures.subject import Subject
from treemeta.measures.tree import check_own_tasks, check_was_split
from treemeta.store.records import Node, Tree


def measure(subject: Subject) -> Similarity:
    """Return cophenetic distances; only the tree's own tasks have any."""
    check_own_tasks(subject, "cophenetic")
    check_was_split(subject)
    if not any(node.meta_steps for node in subject.tree.nodes):
        raise ConfigError(
            f"tree {subject.tree.id} was not trained, so it has no meta-steps to count: use "
            "--measure tree"
        )
    matrix = cophenetic_distances(subject.tree, subject.node)
    return Similarity("cophenetic", "distance", matrix)


def cophenetic_distances(tree: Tree, below: Node) -> pd.DataFrame:
    """Return for each pair of a node's tasks how many meta-steps before the end of the longest
    path their nodes parted: the height of the node where they join (Sokal and Rohlf 1962).

    Tasks of one leaf, and a task and itself, have distance 0.
    """
    ends = {node.name: node.end for node in tree.nodes}
    last = max(ends.values())
    leaf = deepest(tree, below)
    depths = common_depths(tree, below)
    names = list(depths.index)
    rows = [
        [0 if leaf[a] == leaf[b] else last - ends[leaf[a][: depth + 1]]
         for b, depth in zip(names, row, strict=True)]
        for a, row in zip(names, depths.to_numpy(), strict=True)
    ]  # fmt: skip
    return pd.DataFrame(rows, index=names, columns=names)
