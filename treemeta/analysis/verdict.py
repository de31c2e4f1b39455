"""What a tree says to who asks whether tasks should share a model: does it pay, does sharing hurt,
how many groups are there, and who belongs to none."""

from collections.abc import Mapping
from dataclasses import dataclass

from treemeta.analysis.costs import Cost
from treemeta.analysis.estimate import Estimate, estimate, paired
from treemeta.analysis.groups import Grouping
from treemeta.measures.lineage import count_leaves
from treemeta.store.evidence import Conflict, Evidence
from treemeta.store.records import Tree

JOINT = "joint"


@dataclass(frozen=True)
class Gain:
    """By how much a tree beats an arm on the same unseen tasks: above 0 it does better."""

    arm: str
    over: Estimate
    tasks: int


@dataclass(frozen=True)
class Verdict:
    """What is known of a tree as an answer: what it gains on ``joint``, one shared init, and on the
    best ``other`` arm of one init beside it; what was found when its root was ``asked``; the tasks
    that lie closer to another group than to their own (``astray``), the farthest first, where that
    was measured; and how many ``times`` as much as ``joint`` it costs."""

    joint: Gain | None
    other: Gain | None
    asked: Evidence | None
    groups: int
    tasks: int
    astray: tuple[str, ...] | None
    times: Cost | None = None

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """The conflicts of pairs of groups whose gradients are not all noise."""
        known = self.asked.between_children if self.asked else ()
        return tuple(one for one in known if one.cosine is not None)


def verdict_of(
    tree: Tree, beside: Mapping[str, Tree], grouping: Grouping | None, times: Cost | None = None
) -> Verdict:
    """Return the verdict of a tree with a finished root, from the arms ``beside`` it, by name,
    from how tight its groups are, and from how many times as much as one shared init it costs."""
    gains = [_gain(tree, arm, other) for arm, other in beside.items()]
    joint = next((one for one in gains if one.arm == JOINT), None)
    others = [one for one in gains if one is not joint]
    root = tree.nodes[0]
    accepted = [one for one in root.evidence if one.accepted]
    asked = accepted or list(root.evidence)
    return Verdict(
        joint,
        min(others, key=lambda one: one.over.mean, default=None),
        asked[-1] if asked else None,
        count_leaves(tree, root),
        len(root.tasks),
        _astray(grouping) if grouping and len(grouping.groups) > 1 else None,
        times,
    )


def _gain(tree: Tree, arm: str, other: Tree) -> Gain:
    repeat = (0, 0)
    of_tasks = paired({repeat: tree.test_accuracy}, {repeat: other.test_accuracy}, tree.sign)
    return Gain(arm, estimate(of_tasks), len(of_tasks[repeat]))


def _astray(grouping: Grouping) -> tuple[str, ...]:
    members = [one for group in grouping.groups for one in group.members]
    wrong = [(one.margin, one.task) for one in members if one.margin is not None and one.margin < 0]
    return tuple(task for _, task in sorted(wrong))
