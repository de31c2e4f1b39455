"""The tree measure: how deep the last node lies that two tasks share."""

from treemeta.errors import ConfigError
from treemeta.measures.lineage import common_depths
from treemeta.measures.similarity import Similarity
from treemeta.measures.subject import Subject


def measure(subject: Subject) -> Similarity:
    """Return the depths of lowest common ancestors; only the tree's own tasks have any."""
    check_own_tasks(subject, "tree")
    check_was_split(subject)
    return Similarity("tree", "similarity", common_depths(subject.tree, subject.node))


def check_own_tasks(subject: Subject, name: str) -> None:
    """Raise unless all tasks that are measured lie in the tree."""
    if not subject.in_tree:
        asked = "--transform" if subject.transform else f"--tasks {subject.which}"
        raise ConfigError(f"--measure {name} knows the tree's own tasks only: leave out {asked}")


def check_was_split(subject: Subject) -> None:
    """Raise unless the tree tells some of its node's tasks from others."""
    if not subject.node.groups:
        raise ConfigError(
            f"node {subject.node.name!r} of tree {subject.tree.id} was never split, so all its "
            "tasks are equally alike in it: name another tree, node or measure"
        )
