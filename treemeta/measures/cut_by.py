"""Other detectors: a node's tasks cut by any measure, into as many groups as it was cut."""

from treemeta.measures.subject import Subject, measure
from treemeta.tree.cluster import cut
from treemeta.tree.growth import Cuts
from treemeta.tree.split import groups_of


def cuts_by(name: str, subject: Subject) -> Cuts:
    """Return where a node splits, as it did, if a measure finds the groups at its init instead."""
    node, similarity = subject.node, measure(name, subject)
    labels = cut(similarity.inner(), len(node.groups), subject.config.min_tasks)
    return {node.name: (node.end, groups_of(similarity.tasks, labels))}
