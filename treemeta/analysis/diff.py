"""Two trees held against each other on the tasks that they share."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from treemeta.errors import ConfigError
from treemeta.measures.lineage import common_depths
from treemeta.store.records import ROOT, Tree

FEWEST = 3  # two tasks are a single pair, which correlates with nothing
Leaves = dict[str, str]  # the leaf of each task


@dataclass(frozen=True)
class Moved:
    """A task whose leaf in tree A is not matched with its leaf in tree B."""

    task: str
    leaf_a: str
    leaf_b: str


@dataclass(frozen=True)
class TreeDiff:
    """How two trees differ: ``tasks_*`` counts tasks, ``sets_*`` the task sets of nodes.

    ``distance`` is between 0 and 1; ``correlation`` is ``None`` where it is not defined.
    """

    a: str
    b: str
    tasks_both: int
    tasks_only_a: int
    tasks_only_b: int
    sets_both: int
    sets_only_a: int
    sets_only_b: int
    distance: float
    correlation: float | None
    moved: tuple[Moved, ...]


def diff(a: Tree, b: Tree) -> TreeDiff:
    """Compare two trees by the task sets of their nodes, the depths of common ancestors and the
    tasks that changed leaves.

    Raises ``ConfigError`` for trees that share fewer than three tasks. The distance is that of
    Robinson and Foulds 1981 for rooted trees, over the number of sets in both; the correlation is
    the cophenetic one of Sokal and Rohlf 1962.
    """
    tasks_a, tasks_b = _tasks(a), _tasks(b)
    shared = tasks_a & tasks_b
    if len(shared) < FEWEST:
        raise ConfigError(
            f"trees {a.id} and {b.id} share {len(shared)} tasks, and {FEWEST} are the fewest that "
            "can be compared: name trees of the same tasks"
        )
    groups_a, groups_b = _groups(a, shared), _groups(b, shared)
    sets_a, sets_b = ({*groups.values()} - {shared, frozenset()} for groups in (groups_a, groups_b))
    total = len(sets_a) + len(sets_b)
    return TreeDiff(
        a=a.id,
        b=b.id,
        tasks_both=len(shared),
        tasks_only_a=len(tasks_a - shared),
        tasks_only_b=len(tasks_b - shared),
        sets_both=len(sets_a & sets_b),
        sets_only_a=len(sets_a - sets_b),
        sets_only_b=len(sets_b - sets_a),
        distance=len(sets_a ^ sets_b) / total if total else 0.0,
        correlation=_correlation(_depths(a, shared), _depths(b, shared)),
        moved=_moved(_leaves(groups_a, shared), _leaves(groups_b, shared)),
    )


def _tasks(tree: Tree) -> frozenset[str]:
    return frozenset(tree.nodes[0].tasks if tree.nodes else ())


def _groups(tree: Tree, shared: frozenset[str]) -> dict[str, frozenset[str]]:
    """Return the shared tasks of every node below the root, as its parent knows them, so that of
    an unfinished tree nothing is missed."""
    return {
        child: shared & set(group) for node in tree.nodes for child, group in node.shares.items()
    }


def _leaves(groups: dict[str, frozenset[str]], shared: frozenset[str]) -> Leaves:
    leaves = dict.fromkeys(sorted(shared), ROOT)
    for name, tasks in groups.items():  # level by level: the last name is the deepest
        leaves |= dict.fromkeys(tasks, name)
    return leaves


def _depths(tree: Tree, shared: frozenset[str]) -> np.ndarray:
    """Return the depth of the lowest common ancestor for every pair of tasks."""
    names = sorted(shared)
    depths = common_depths(tree, tree.nodes[0]).loc[names, names].to_numpy()
    return depths[np.triu_indices(len(names), 1)]


def _correlation(x: np.ndarray, y: np.ndarray) -> float | None:
    """Return Pearson's correlation, in whole numbers to the last step: a tree agrees with itself
    by exactly 1."""

    def spread(u: np.ndarray, v: np.ndarray) -> int:
        return int(len(u) * (u @ v) - u.sum() * v.sum())

    both = spread(x, x) * spread(y, y)
    return spread(x, y) / math.sqrt(both) if both else None


def _moved(a: Leaves, b: Leaves) -> tuple[Moved, ...]:
    kept = _kept(_partition(a), _partition(b))
    return tuple(Moved(task, a[task], b[task]) for task in a if task not in kept)


def _partition(leaves: Leaves) -> list[list[str]]:
    """Return the tasks of each leaf; what leaves are called has no part in their order."""
    return sorted([task for task in leaves if leaves[task] == leaf] for leaf in {*leaves.values()})


def _kept(a: list[list[str]], b: list[list[str]]) -> set[str]:
    """Return the tasks that stay when leaves are matched one to one by largest total overlap."""
    if b < a:  # of matches equally good, the one taken must be the same both ways round
        return _kept(b, a)
    overlaps = [[set(one) & set(other) for other in b] for one in a]
    sizes = np.array([[len(overlap) for overlap in row] for row in overlaps])
    pairs = zip(*linear_sum_assignment(sizes, maximize=True), strict=True)
    return set().union(*(overlaps[i][j] for i, j in pairs))
