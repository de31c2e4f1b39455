"""The groups that a tree has made of its tasks: how tight they are, who is typical, who is not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from treemeta.measures.lineage import deepest
from treemeta.measures.similarity import Similarity
from treemeta.store.evidence import Evidence
from treemeta.store.records import Node, Tree, path_order

MOST_EXEMPLARS = 3
MOST_MISFITS = 2
Made = Literal["grown", "proposed", "none"]  # by a split, by one that was refused, by none


@dataclass(frozen=True)
class Member:
    """A task in its group: its mean closeness to the others there (``within``; none where it is
    alone), and to the other group that it is closest to (``between`` to ``nearest``; none where
    there is one group)."""

    task: str
    within: float | None
    between: float | None
    nearest: str

    @property
    def margin(self) -> float | None:
        """By how much it is closer to its own group than to the nearest other; below 0 it lies
        closer to that. A silhouette in the measure's own unit (Rousseeuw 1987)."""
        if self.within is None or self.between is None:
            return None
        return self.within - self.between


@dataclass(frozen=True)
class Group:
    """Tasks that share a leaf or would have: the medoid first, then the next by their closeness to
    the others. ``within`` and ``between`` are the mean closeness of pairs of its tasks, and of its
    tasks with all others. ``split`` is the node that was cut and ``evidence`` what spoke for it."""

    name: str
    members: tuple[Member, ...]
    within: float | None
    between: float | None
    support: float | None = None
    split: str = ""
    evidence: Evidence | None = None

    @property
    def misfits(self) -> tuple[Member, ...]:
        """The tasks that fit worst, of up to half the group: by margin, or closeness within."""
        worst = sorted(self.members[1:], key=_fit)
        return tuple(worst[: min(MOST_MISFITS, len(self.members) // 2)])

    @property
    def exemplars(self) -> tuple[Member, ...]:
        """The medoid and the next ones, without the misfits."""
        others = [one for one in self.members if one not in self.misfits]
        return tuple(others[:MOST_EXEMPLARS])


@dataclass(frozen=True)
class Grouping:
    """The groups below a node and how they were ``made``, by the closeness of a ``measure``;
    ``refused`` is the last refusal of the node where it was not split, ``apart`` are tasks that
    were measured and have no group; ``metric`` is that of the tree."""

    node: str
    made: Made
    measure: str
    groups: tuple[Group, ...]
    apart: tuple[str, ...]
    refused: Evidence | None = None
    metric: str = "accuracy"

    def lineage(self) -> dict[str, tuple[str, ...]]:
        """Return for each task the groups that it lies in, the largest first."""
        start = len(self.node) + 1 if self.made == "grown" else 1
        return {
            member.task: tuple(group.name[:end] for end in range(start, len(group.name) + 1))
            for group in self.groups
            for member in group.members
        }


def grouping_of(tree: Tree, node: Node, similarity: Similarity) -> Grouping:
    """Return the leaves below a node as groups; of one that was not split the groups that its last
    evidence had proposed, where these are known, else all its tasks as one."""
    proposals = [one for one in node.evidence if one.proposed]
    refused = node.evidence[-1] if node.evidence and not node.groups else None
    made: Made = "grown" if node.groups else "proposed" if proposals else "none"
    if made == "grown":
        named = _leaves(tree, node)
    elif made == "proposed":
        refused = proposals[-1]
        named = {str(i): group for i, group in enumerate(refused.proposed, 1)}
    else:
        named = {node.name: node.tasks}
    apart = tuple(task for task in similarity.tasks if task not in node.tasks)
    nodes = {one.name: one for one in tree.nodes} if made == "grown" else {}
    groups = tuple(_with_origin(one, nodes) for one in groups_of(similarity, named))
    return Grouping(node.name, made, similarity.measure, groups, apart, refused, tree.metric)


def _leaves(tree: Tree, node: Node) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for task, leaf in deepest(tree, node).items():
        found.setdefault(leaf, []).append(task)
    return {leaf: tuple(found[leaf]) for leaf in sorted(found, key=path_order)}


def _with_origin(group: Group, nodes: Mapping[str, Node]) -> Group:
    if (parent := nodes.get(group.name[:-1])) is None:
        return group
    accepted = [one for one in parent.evidence if one.accepted]
    supports = dict(zip(parent.children, parent.supports, strict=False))
    return Group(
        group.name, group.members, group.within, group.between,
        support=supports.get(group.name), split=parent.name,
        evidence=accepted[-1] if accepted else None,
    )  # fmt: skip


def groups_of(similarity: Similarity, named: Mapping[str, Sequence[str]]) -> list[Group]:
    """Return groups of tasks, by name, with the closeness of their members."""
    place = {task: i for i, task in enumerate(similarity.tasks)}
    closeness = similarity.closeness()
    rows = {name: np.array([place[task] for task in tasks]) for name, tasks in named.items()}
    return [_group(name, rows, closeness, similarity.tasks) for name in named]


def _group(
    name: str, rows: Mapping[str, NDArray[np.int_]], closeness: np.ndarray, tasks: Sequence[str]
) -> Group:
    own, others = rows[name], [other for other in rows if other != name]
    inside = closeness[np.ix_(own, own)]
    within = (inside.sum(1) - inside.diagonal()) / (len(own) - 1) if len(own) > 1 else None
    to_others = [closeness[np.ix_(own, rows[other])].mean(1) for other in others]
    members = []
    for i, at in enumerate(own):
        nearest = max(range(len(others)), key=lambda k: to_others[k][i], default=None)
        between = None if nearest is None else float(to_others[nearest][i])
        near = "" if nearest is None else others[nearest]
        close = None if within is None else float(within[i])
        members.append(Member(tasks[at], close, between, near))
    rest = np.concatenate([rows[other] for other in others]) if others else own[:0]
    return Group(
        name,
        tuple(sorted(members, key=lambda one: -_known(one.within))),
        None if within is None else float(within.mean()),
        float(closeness[np.ix_(own, rest)].mean()) if others else None,
    )


def _fit(member: Member) -> float:
    return _known(member.within if member.margin is None else member.margin)


def _known(value: float | None) -> float:
    """Return a value to sort by: what is undefined fits worst."""
    return -np.inf if value is None or np.isnan(value) else value
