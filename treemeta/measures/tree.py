"""The tree measure: how deep the last node lies that two tasks share."""

from treemeta.errors import ConfigError
from treemeta.measures.ask import Question
from treemeta.measures.lineage import common_depths
from treemeta.measures.matrix import Similarity


def measure(question: Question) -> Similarity:
    """Return the depths of lowest common ancestors; only the tree's own tasks have any."""
    check_own_tasks(question, "tree")
    if not question.node.groups:
        raise ConfigError(
            f"node {question.node.name!r} of tree {question.tree.id} was never split, so all its "
            "tasks are alike by --measure tree: choose another measure or node"
        )
    return Similarity("tree", "similarity", common_depths(question.tree, question.node))


def check_own_tasks(question: Question, name: str) -> None:
    """Raise unless the question is about tasks that lie in the tree."""
    if not question.in_tree:
        asked = "--transform" if question.transform else f"--tasks {question.which}"
        raise ConfigError(f"--measure {name} knows the tree's own tasks only: leave out {asked}")
