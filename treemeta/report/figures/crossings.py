"""Two trees over the same tasks, turned so that few lines between them cross."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

ROUNDS = 20


@dataclass(frozen=True)
class Clade:
    """A part of a lineage tree: its path from the root, and what hangs from it: clades and tips."""

    path: tuple[str, ...]
    parts: tuple["Clade | str", ...]

    def tasks(self) -> list[str]:
        """Return the tips below, in order."""
        return [t for p in self.parts for t in ([p] if isinstance(p, str) else p.tasks())]


def lineage_tree(lineage: Mapping[str, tuple[str, ...]]) -> Clade:
    """Return the tree that lineages (root first) form, with the tasks as tips."""

    def clade(path: tuple[str, ...], tasks: Sequence[str]) -> Clade:
        deeper: dict[str, list[str]] = {}
        tips: list[str] = []
        for task in tasks:
            steps = lineage[task][len(path) :]
            (deeper.setdefault(steps[0], []) if steps else tips).append(task)
        parts = [clade((*path, step), below) for step, below in deeper.items()]
        return Clade(path, (*parts, *tips))

    return clade((), sorted(lineage))


def crossings(left: Sequence[str], right: Sequence[str]) -> int:
    """Return how many of the lines between the same tasks in two columns cross."""
    place = {task: i for i, task in enumerate(right)}
    across = np.array([place[task] for task in left])
    return sum(int((across[:i] > at).sum()) for i, at in enumerate(across))


def untangled(links: np.ndarray, tasks: Sequence[str], truth: Clade) -> tuple[list[str], Clade]:
    """Return an order of the leaves of a scipy linkage over ``tasks``, and ``truth`` with its parts
    in an order, that let fewer lines cross than the orders given, where such are found.

    In turn, each side's clades are turned to the mean places of their tasks on the other side
    (Sugiyama, Tagawa and Toda 1981), until that helps no more.
    """
    order = _turned(links, tasks, None)
    best = (crossings(order, truth.tasks()), order, truth)
    for _ in range(ROUNDS):
        truth = _sorted(truth, {task: i for i, task in enumerate(order)})
        order = _turned(links, tasks, {task: i for i, task in enumerate(truth.tasks())})
        if (count := crossings(order, truth.tasks())) >= best[0]:
            break
        best = (count, order, truth)
    return best[1], best[2]


def _turned(links: np.ndarray, tasks: Sequence[str], places: Mapping[str, int] | None) -> list[str]:
    """Return the leaves in order, of each join first the side whose tasks come earlier in
    ``places`` more often than not."""
    below = {i: [task] for i, task in enumerate(tasks)}
    for number, (left, right, _, _) in enumerate(links, len(tasks)):
        a, b = below.pop(int(left)), below.pop(int(right))
        if places is not None:
            ahead = np.array([places[t] for t in a])[:, None] > [places[t] for t in b]
            a, b = (b, a) if 2 * ahead.sum() > ahead.size else (a, b)
        below[number] = a + b
    return below.popitem()[1]


def _sorted(clade: Clade, places: Mapping[str, int]) -> Clade:
    def mean(part: Clade | str) -> float:
        below = [part] if isinstance(part, str) else part.tasks()
        return float(np.mean([places[task] for task in below]))

    parts = [p if isinstance(p, str) else _sorted(p, places) for p in clade.parts]
    return Clade(clade.path, tuple(sorted(parts, key=mean)))
