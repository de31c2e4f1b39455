"""Which node is good for which task, and where a node does worse than its parent.

A parent is as it was stored, when it split: its children have been trained for longer.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from typing import Any

import numpy as np

from treemeta.measures.paired import paired_intervals
from treemeta.store.records import Node, sign_of


@dataclass(frozen=True)
class Cell:
    """How one node fares on one task: its mean accuracy, its parent's, and the mean difference over
    the same episodes (``gain``) with the ends of its 95 % interval; none of these for a root, no
    ends where they are undefined. ``own`` are tasks that the node was trained on."""

    node: str
    task: str
    own: bool
    accuracy: float
    parent_accuracy: float | None = None
    gain: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def mark(self) -> str:
        """``-`` for worse than the parent by more than noise (negative transfer), ``+`` for better,
        else nothing."""
        if self.low is None or self.high is None:
            return ""
        return "-" if self.high < 0 else "+" if self.low > 0 else ""


@dataclass(frozen=True)
class Gains:
    """All cells of a tree, node by node: its nodes in path order, the leaves among them, the tasks,
    and how many episodes of each task all nodes answered, marked by which metric; ``about`` says of
    which tree."""

    nodes: tuple[str, ...]
    leaves: tuple[str, ...]
    tasks: tuple[str, ...]
    episodes: int
    cells: tuple[Cell, ...]
    metric: str = "accuracy"
    about: str = ""

    @property
    def columns(self) -> list[str]:
        """What a row tells of a cell, an accuracy by the name of the metric; and its mark."""
        return [one.name.replace("accuracy", self.metric) for one in fields(Cell)] + ["mark"]

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for each cell."""
        return [
            dict(zip(self.columns, (*astuple(cell), cell.mark), strict=True))
            for cell in self.cells
        ]  # fmt: skip

    def at(self) -> dict[tuple[str, str], Cell]:
        """Return the cells by node and task."""
        return {(cell.node, cell.task): cell for cell in self.cells}


def gains_of(
    nodes: Sequence[Node], tasks: Sequence[str], accuracies: np.ndarray, metric: str = "accuracy"
) -> Gains:
    """Return the gains of nodes over their parents from accuracies, or what else the metric is,
    ``float[nodes, tasks, episodes]``, in which an episode is the same for all nodes."""
    sign = sign_of(metric)
    row = {node.name: i for i, node in enumerate(nodes)}
    cells = []
    for node in nodes:
        above = row.get(node.parent or "")
        for j, task in enumerate(tasks):
            parent = None if above is None else accuracies[above, j]
            cells.append(_cell(node, task, accuracies[row[node.name], j], parent, sign))
    return Gains(
        nodes=tuple(row),
        leaves=tuple(node.name for node in nodes if not node.groups),
        tasks=tuple(tasks),
        episodes=accuracies.shape[2],
        cells=tuple(cells),
        metric=metric,
    )


def _cell(node: Node, task: str, own: np.ndarray, parent: np.ndarray | None, sign: int) -> Cell:
    about = (node.name, task, task in node.tasks, float(own.mean()))
    if parent is None:
        return Cell(*about)
    return Cell(*about, float(parent.mean()), *paired_interval(sign * (own - parent)))


def paired_interval(differences: np.ndarray) -> tuple[float, float | None, float | None]:
    """Return the mean of differences ``float[episodes]`` and the ends of Student's 95 % interval:
    none of a single one, a point where all are equal."""
    mean, low, high = map(float, paired_intervals(differences))
    return (mean, low, high) if len(differences) > 1 else (mean, None, None)
