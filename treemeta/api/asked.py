"""What a stored tree is asked: how its nodes fare on tasks, what parting a node's would gain."""

from dataclasses import replace

from treemeta.analysis.gains import Gains, gains_of
from treemeta.learn.trainee import Trainee
from treemeta.measures.subject import Subject
from treemeta.tree.arrays import params_of
from treemeta.tree.forecast import outlook
from treemeta.tree.foresight import check_foresight
from treemeta.tree.node_accuracies import node_accuracies
from treemeta.tree.outlook import Outlook


def gains_at(subject: Subject) -> Gains:
    """Return how all finished nodes of a tree fare on the tasks of a subject."""
    setting, tasks = subject.setting, subject.tasks  # a consensus has no config: it ends here
    nodes = [node for node in subject.tree.nodes if node.status == "finished"]
    inits = {
        node.name: params_of(subject.registry, node, setting.config, subject.device)
        for node in nodes
    }
    accuracies = node_accuracies(setting, inits, tasks)
    gains = gains_of(nodes, [task.name for task in tasks], accuracies, subject.tree.metric)
    return replace(gains, about=f"tree {subject.tree.id[:8]}")


def outlook_at(subject: Subject) -> Outlook:
    """Return what is to be expected of a node's tasks, were they parted as they are in the tree or,
    at a leaf, as they conflict; raises ``ConfigError`` where there are no forecasts."""
    check_foresight(subject.config)
    one = subject.node
    standing = Trainee(one.name, one.end, subject.params, tuple(subject.tasks))
    return outlook(subject.setting, standing, one.groups)
