"""What is known of a tree and its nodes: plain records, and the tree they form."""

import hashlib
import json
import math
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from treemeta.store.evidence import Evidence, Groups

if TYPE_CHECKING:
    import networkx as nx

ROOT = "r"
LETTERS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"  # of children, in order
CONSENSUS = "consensus"  # the arm of trees that were made of other trees


@dataclass(frozen=True)
class Routed:
    """How a held-out task fared: the mean ``accuracy`` of its episodes; the ``shares`` of them, or
    of their weight, that went to each candidate node; by how much log likelihood the likeliest led
    on average; the accuracy of ``each`` candidate alone, and by how much the best of these, known
    with hindsight, beats the routed answer (``regret``). ``elsewhere`` is the accuracy of each
    candidate on as many other episodes, by which a node can be chosen without hindsight."""

    accuracy: float
    shares: dict[str, float]
    margin: float | None = None
    regret: float | None = None
    each: dict[str, float] = field(default_factory=dict)
    elsewhere: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Node:
    """One finished node. ``start`` is where on the path from the root its meta-steps begin.

    ``groups`` and ``supports`` describe its children in order (empty for a leaf); ``accuracy`` is
    that of its own tasks, on fresh episodes. Children ``share`` nothing or their convolutions, the
    trunk; the node of that name holds the ``trunk`` of one that has no convolutions of its own.
    """

    name: str
    tasks: tuple[str, ...]
    start: int
    meta_steps: int
    loss: float | None
    accuracy: float | None
    reliability: float | None
    support: float | None
    groups: Groups = ()
    supports: tuple[float, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    share: str = "none"
    trunk: str = ""
    tensors_sha256: str = ""
    run_id: str = ""
    status: str = "finished"

    @property
    def parent(self) -> str | None:
        """The parent's name, which is this name without its last letter."""
        return self.name[:-1] or None

    @property
    def end(self) -> int:
        """Where on the path from the root its meta-steps end."""
        return self.start + self.meta_steps

    @property
    def depth(self) -> int:
        """Edges between the root and this node."""
        return depth_of(self.name)

    @property
    def children(self) -> tuple[str, ...]:
        """The children's names."""
        return tuple(self.name + letter for letter in LETTERS[: len(self.groups)])

    @property
    def borrows(self) -> bool:
        """Whether its convolutions are in the file of another node."""
        return self.trunk not in ("", self.name)

    @property
    def shares(self) -> dict[str, tuple[str, ...]]:
        """The tasks of each child, by the child's name."""
        return dict(zip(self.children, self.groups, strict=True))


@dataclass(frozen=True)
class Point:
    """A point of the test curve: every held-out task's accuracy at a step of the path, by the nodes
    that were alive there."""

    step: int
    accuracy: dict[str, float]


def sign_of(metric: str) -> int:
    """Return 1 where more of a metric is better, -1 where less is."""
    return -1 if metric == "mse" else 1


@dataclass(frozen=True)
class Tree:
    """A grown tree: its nodes in path order (a parent before its children), and the fingerprint of
    the ``machine`` that began it; a consensus, which is counted, has none. ``name`` is what its run
    is called now, which makes no difference between trees."""

    id: str
    config: dict[str, Any]
    nodes: tuple[Node, ...]
    status: str
    test_accuracy: dict[str, float]
    summary: dict[str, float]
    routes: dict[str, Routed] = field(default_factory=dict)
    curve: tuple[Point, ...] = ()
    machine: dict[str, Any] = field(default_factory=dict)
    name: str = field(default="", compare=False)

    @property
    def is_consensus(self) -> bool:
        """Whether it was made of other trees, and so holds no model."""
        return bool(self.config.get("arm") == CONSENSUS)

    @property
    def metric(self) -> str:
        """What tells how well tasks are answered: accuracy or, where they tell numbers, their mean
        squared error (``mse``), which stands wherever an accuracy else would."""
        return "mse" if self.config.get("targets") == "numbers" else "accuracy"

    @property
    def sign(self) -> int:
        """1 where more of the metric is better, -1 where less is."""
        return sign_of(self.metric)

    def graph(self) -> "nx.DiGraph[str]":
        """Return the tree as a networkx graph from parents to children, nodes as attributes."""
        import networkx as nx  # here, as reading a tree has no use for it

        graph: nx.DiGraph[str] = nx.DiGraph()
        for node in self.nodes:
            graph.add_node(node.name, node=node)
            if node.parent is not None:
                graph.add_edge(node.parent, node.name)
        return graph

    def leaves(self) -> tuple[Node, ...]:
        """Return the nodes without children, in path order."""
        return tuple(node for node in self.nodes if not node.groups)

    @property
    def merit(self) -> float:
        """How well its root does on its own tasks, more being better; the least where nobody
        knows."""
        accuracy = self.nodes[0].accuracy
        return -math.inf if accuracy is None else self.sign * accuracy

    @property
    def steps(self) -> int:
        """All meta-steps that it cost, those of trials in vain included."""
        summary = self.summary
        return int(summary["meta_steps_total"] + summary.get("trial_steps_total", 0))

    def frontier(self) -> list[tuple[int, float]]:
        """Return, for every step at which a node ended, the mean over tasks of what the nodes that
        were the last there have reached on their own tasks."""
        ended = {one.name: one.end for one in self.nodes}
        points = []
        for step in sorted(set(ended.values())):
            done = [one for one in self.nodes if ended[one.name] <= step]
            names = {one.name for one in done}
            last = [one for one in done if not names.intersection(one.children)]
            known = [(one.accuracy, len(one.tasks)) for one in last if one.accuracy is not None]
            if known:
                points.append((step, sum(a * n for a, n in known) / sum(n for _, n in known)))
        return points

    def hash(self) -> str:
        """Return a sha256 over names, tasks, hyper-parameters and tensor bytes in path order.

        Ids and times have no part in it, so the same command on the same machine gives the same.
        """
        digest = hashlib.sha256(json.dumps(self.config, sort_keys=True).encode())
        for node in self.nodes:
            line = [node.name, node.tasks, node.start, node.meta_steps, node.tensors_sha256]
            digest.update(json.dumps(line).encode())
        return digest.hexdigest()


def depth_of(name: str) -> int:
    """Return how many splits lie above the node of that name."""
    return len(name) - 1


def path_order(name: str) -> tuple[int, str]:
    """Return a sort key that lists nodes level by level."""
    return len(name), name


def node_to_dict(node: Node) -> dict[str, Any]:
    """Return the part of a node that its own run stores as json."""
    stored = asdict(node)
    for computed in ("run_id", "status"):
        del stored[computed]
    return stored
