"""Leaves in the place of families, for pictures of tasks whose families nobody knows."""

from collections.abc import Iterable, Mapping

from treemeta.analysis.groups import Grouping
from treemeta.measures.lineage import deepest
from treemeta.measures.similarity import Similarity
from treemeta.report.figures.dendrogram import dendrogram
from treemeta.report.figures.tanglegram import tanglegram
from treemeta.store.records import ROOT, Tree

APART = "no leaf"
CALLED = {"grown": ("leaf", "the tree"), "proposed": ("proposed", "proposed, and refused")}


def families_or_leaves(
    families: Mapping[str, str], leaves: Mapping[str, str], tasks: Iterable[str]
) -> Mapping[str, str]:
    """Return the families where that of any of the tasks is known, else their leaves."""
    return families if any(families.get(task) for task in tasks) else leaves


def leaves_of(tree: Tree, tasks: Iterable[str]) -> Mapping[str, str]:
    """Return what the leaf of each task is called; nothing where all of these are one."""
    root = next((node for node in tree.nodes if node.name == ROOT), None)
    leaf = deepest(tree, root) if root and root.groups else {}
    found = {task: f"leaf {leaf[task]}" if task in leaf else APART for task in tasks}
    return found if leaf else {}


def against_groups(similarity: Similarity, grouping: Grouping, kind: str) -> bytes:
    """Draw a similarity as a dendrogram, face to face with the groups of the same tasks where there
    are several; ``kind`` is svg or png."""
    if len(grouping.groups) < 2:
        return dendrogram(similarity, {}, kind)
    called, right = CALLED[grouping.made]
    lineage = grouping.lineage()
    groups = {task: f"{called} {steps[-1]}" for task, steps in lineage.items()}
    return tanglegram(similarity, groups, lineage, kind, right)
