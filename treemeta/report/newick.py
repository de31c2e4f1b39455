"""Names, dendrograms and trees in Newick format, and what other programs read beside a node."""

import math
import re
from collections.abc import Callable

from treemeta.errors import printable
from treemeta.measures.similarity import Similarity, dendrogram_linkage
from treemeta.store.records import ROOT, Node, Tree


def newick_name(name: str) -> str:
    """Return a name as Newick and Nexus take it, in quotes where it has to be."""
    if re.fullmatch(r"[\w.]+", name) and "_" not in name:
        return name
    # Unquoted, an underscore would read as a blank, and to Nexus a hyphen is a mark; neither format
    # has escapes but the doubled quote.
    return "'" + printable(name).replace("'", "''") + "'"


def linkage_newick(similarity: Similarity) -> str:
    """Return the dendrogram of the tasks (average linkage): a branch is as long as the difference
    between the heights of its ends."""
    tasks = similarity.tasks
    if len(tasks) == 1:
        return f"{newick_name(tasks[0])};\n"
    clades = [newick_name(task) for task in tasks]
    heights = [0.0] * len(tasks)
    for left, right, height, _ in dendrogram_linkage(similarity):
        parts = []
        for side in (int(left), int(right)):
            parts.append(f"{clades[side]}:{max(height - heights[side], 0.0):.6g}")
            clades[side] = ""  # every clade is part of one other: what was joined is not kept twice
        clades.append(f"({','.join(parts)})")
        heights.append(float(height))
    return clades[-1] + ";\n"


def tree_newick(tree: Tree) -> str:
    """Return the tree in Newick format: tasks are the tips, branch lengths are meta-steps.

    The label of an inner node is its support, where ape, ETE, scikit-bio and iTOL look for it; its
    name and its accuracy stand in a comment of New Hampshire X, which ETE and iTOL read. A
    consensus has no lengths. Tasks of a child that is not finished hang from its parent; a tree
    without nodes is ``;``.
    """

    def mark(node: Node) -> str:
        told = notes(tree, node)
        comment = ":".join(f"{key}={value}" for key, value in told.items())
        return f"{told.get('support', '')}{length(tree, node.meta_steps)}[&&NHX:{comment}]"

    return clades(tree, mark) + ";\n"


def clades(tree: Tree, mark: Callable[[Node], str]) -> str:
    """Return the finished nodes of a tree in parentheses, each followed by its ``mark``."""
    nodes = {node.name: node for node in tree.nodes if node.status == "finished"}

    def clade(node: Node) -> str:
        inner: list[str] = []
        for child, group in node.shares.items():
            inner += [clade(nodes[child])] if child in nodes else tips(group)
        return f"({','.join(inner or tips(node.tasks))}){mark(node)}"

    def tips(tasks: tuple[str, ...]) -> list[str]:
        return [newick_name(task) + length(tree, 0) for task in tasks]

    return clade(nodes[ROOT]) if ROOT in nodes else ""


def length(tree: Tree, steps: int) -> str:
    """Return the length of a branch; those of a consensus have none."""
    return "" if tree.is_consensus else f":{steps}"


def notes(tree: Tree, node: Node) -> dict[str, str]:
    """Return what is told beside a node: its name, and what is known of support and accuracy."""
    known = {"support": node.support, tree.metric: node.accuracy}
    return {"name": node.name} | {
        key: f"{value:.4g}"
        for key, value in known.items()
        if value is not None and math.isfinite(value)
    }
