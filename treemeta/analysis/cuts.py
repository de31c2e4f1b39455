"""Whether trees are cut where truth is, and whether held-out tasks find their side of the cut."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from treemeta.analysis.estimate import Repeat
from treemeta.store.evidence import Groups
from treemeta.store.records import Tree


@dataclass(frozen=True)
class Cut:
    """The leaves of a repeat's tree as groups of tasks, and their adjusted Rand index against truth
    (Hubert and Arabie 1985), where that is known."""

    task_split: int
    seed: int
    groups: Groups
    ari: float | None


@dataclass(frozen=True)
class Routing:
    """How many held-out episodes, or how much of their weight, went to a node most of whose tasks
    are of the episode's own group; ``episodes`` are those of trees that were cut."""

    right: float
    episodes: int


def cuts_of(trees: Mapping[Repeat, Tree], truth: Mapping[str, str]) -> tuple[Cut, ...]:
    """Return the cut of every repeat's tree."""
    cuts = []
    for repeat, tree in sorted(trees.items()):
        groups = tuple(leaf.tasks for leaf in tree.leaves())
        cuts.append(Cut(*repeat, groups, agreement(groups, truth)))
    return tuple(cuts)


def agreement(groups: Sequence[Sequence[str]], truth: Mapping[str, str]) -> float | None:
    """Return the adjusted Rand index of groups and truth; none unless it is known of every task."""
    from sklearn.metrics import adjusted_rand_score  # slow to import

    tasks = [(task, number) for number, group in enumerate(groups) for task in group]
    if not all(task in truth for task, _ in tasks):
        return None
    return float(adjusted_rand_score([truth[t] for t, _ in tasks], [number for _, number in tasks]))


def routing_of(trees: Sequence[Tree], truth: Mapping[str, str]) -> Routing | None:
    """Return how well held-out episodes were routed; none where there was nothing to choose, or
    truth is not known of every task."""
    right, episodes = 0.0, 0
    for tree in trees:
        if len(tree.nodes) == 1:
            continue
        if not truth.keys() >= {*tree.routes, *tree.nodes[0].tasks}:
            return None
        mostly = {node.name: majority([truth[task] for task in node.tasks]) for node in tree.nodes}
        for task, routed in tree.routes.items():
            share = sum(s for node, s in routed.shares.items() if mostly[node] == truth[task])
            right += share * tree.config["test_episodes"]
            episodes += tree.config["test_episodes"]
    return Routing(round(right, 6), episodes) if episodes else None


def majority(groups: Sequence[str]) -> str | None:
    """Return the group of more than half of the tasks, if there is one."""
    ((group, count),) = Counter(groups).most_common(1)
    return group if 2 * count > len(groups) else None
