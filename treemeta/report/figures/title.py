"""What a picture of a similarity is called."""

from treemeta.measures.lineage import count_leaves
from treemeta.measures.similarity import Similarity
from treemeta.report.chance_text import reliability_phrase
from treemeta.report.text import origin
from treemeta.store.records import ROOT, Tree


def title_of(similarity: Similarity) -> str:
    """Return a line with the measure, the number of tasks, tree and node, and the reliability."""
    parts = [f"{similarity.measure} {similarity.kind} of {len(similarity.tasks)} tasks"]
    parts += [similarity.about] if similarity.about else []
    if similarity.reliability is not None:
        parts.append(reliability_phrase(similarity.reliability, 2))
    return " · ".join(parts)


def tree_title(tree: Tree) -> str:
    """Return a line with a tree's id, what it was made of, how many tasks and leaves it has and how
    reliable its root's directions are."""
    root = next((node for node in tree.nodes if node.name == ROOT), None)
    parts = [f"tree {tree.id[:8]}", origin(tree)]
    if root:
        leaves = count_leaves(tree, root)
        parts.append(f"{len(root.tasks)} tasks, {leaves} {'leaf' if leaves == 1 else 'leaves'}")
    if root and root.reliability is not None:
        parts.append(reliability_phrase(root.reliability, 2))
    return " · ".join(parts)
