"""Clusters of tasks held against their true families, beside trivial baselines and chance."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from treemeta.analysis.agreement import (
    Score,
    correlation_score,
    orders,
    partition_scores,
    retrieval_score,
    triplet_score,
)
from treemeta.errors import DataError
from treemeta.measures.lineage import common_depths, deepest, in_common
from treemeta.measures.similarity import Similarity
from treemeta.randomness import generator
from treemeta.store.records import Node, Tree
from treemeta.tasks.truth import Truth
from treemeta.tree.cluster import canonical, cut

PERMUTATIONS = 999
LEAST = 4  # tasks with a known family: fewer can be dealt in too few ways


@dataclass(frozen=True)
class Candidate:
    """One arrangement of tasks to hold against the truth: how close they are, ``float[n, n]``, and
    named cuts into clusters, ``int[n]`` each."""

    name: str
    tasks: tuple[str, ...]
    closeness: np.ndarray
    cuts: dict[str, np.ndarray]


@dataclass(frozen=True)
class Agreement:
    """How one arrangement agrees with one reading of the truth: scores of each cut by its name,
    those of the order of tasks under no name, ``None`` where the truth says nothing."""

    truth: str
    about: str
    candidate: str
    tasks: int
    families: int
    cuts: dict[str, dict[str, Score]]
    order: dict[str, Score | None]


def tree_candidate(tree: Tree, below: Node) -> Candidate:
    """Return what grew below a node as a candidate, cut at every depth."""
    leaves = deepest(tree, below)
    depths = common_depths(tree, below)
    cuts = {}
    for depth in range(below.depth + 1, max(len(leaf) for leaf in leaves.values())):
        names = [leaf[: depth + 1] for leaf in leaves.values()]
        cuts[f"depth {depth}"] = canonical(np.unique(names, return_inverse=True)[1])
    return Candidate("tree", tuple(leaves), depths.to_numpy(dtype=float), cuts)


def measure_candidate(similarity: Similarity, sizes: Iterable[int]) -> Candidate:
    """Return a measure as a candidate, cut into each number of clusters as a node would be."""
    inner = similarity.inner()
    cuts = {f"{k} clusters": cut(inner, k, 1) for k in sorted(set(sizes)) if k <= len(inner)}
    return Candidate(similarity.measure, similarity.tasks, similarity.closeness(), cuts)


def agreements(
    tree: Candidate | None, measured: Sequence[Similarity], truths: Sequence[Truth], level: str
) -> list[Agreement]:
    """Return how a tree and measures of the same tasks agree with each reading of the truth, and
    what trees of their shapes agree with it by chance.

    Measures are cut into as many clusters as the tree has, and as each truth has groups.
    """
    sizes = _sizes(tree, measured, [truth.groups(level) for truth in truths])
    candidates = [*([tree] if tree else []), *(measure_candidate(one, sizes) for one in measured)]
    # Chance depends on the shape, which the measures share and the tree has of its own.
    shapes = 2 if tree else 1
    answers = []
    for truth in truths:
        rows = [agreement(one, truth, level) for one in candidates]
        answers += [*rows, *map(random_tree, rows[:shapes])]
    return answers


def _sizes(
    tree: Candidate | None, measured: Sequence[Similarity], readings: Sequence[Mapping[str, str]]
) -> set[int]:
    tasks = tree.tasks if tree else measured[0].tasks
    cuts = tree.cuts.values() if tree else ()
    families = {len({groups[task] for task in tasks if task in groups}) for groups in readings}
    return (families - {0}) | {int(labels.max()) + 1 for labels in cuts}


def agreement(candidate: Candidate, truth: Truth, level: str) -> Agreement:
    """Return how a candidate agrees with a truth, on the tasks that the truth knows.

    Every score has its p-value from the same permutations of the truth over the tasks. Raises
    ``DataError`` where fewer than four tasks or a single family are known.
    """
    groups = truth.groups(level)
    known = [i for i, task in enumerate(candidate.tasks) if task in groups]
    tasks = [candidate.tasks[i] for i in known]
    families = np.unique([groups[task] for task in tasks], return_inverse=True)[1]
    if len(tasks) < LEAST or families.max() == 0:
        raise DataError(
            f"truth {truth.name!r} knows {len(tasks)} of these {len(candidate.tasks)} tasks, "
            f"families: {len(set(families))}; it takes {LEAST} tasks of 2 families: name a table "
            "of these tasks by --truth, or other tasks by --tasks"
        )
    if families.max() + 1 == len(tasks):
        raise DataError(
            f"truth {truth.name!r} gives each of the {len(tasks)} tasks a {level} of its own, so "
            "that no clusters agree with it: choose another --level or --truth"
        )
    read = orders(len(tasks), PERMUTATIONS, generator(0, "agreement"))
    closeness = candidate.closeness[np.ix_(known, known)]
    depths = shared_depths([truth.lineage[task] for task in tasks])
    coarse = (families[:, None] == families).astype(float)
    if level == "family":
        finer = np.unique([truth.subfamilies[task] for task in tasks], return_inverse=True)[1]
        coarse += coarse * (finer[:, None] == finer)
    return Agreement(
        truth.name,
        truth.about,
        candidate.name,
        len(tasks),
        int(families.max()) + 1,
        {
            name: partition_scores(labels[known], families, read)
            for name, labels in candidate.cuts.items()
        },
        {
            "triplets": triplet_score(closeness, depths, read),
            "retrieval": retrieval_score(closeness, families, read),
            "cophenetic": correlation_score(closeness, coarse, read),
        },
    )


def shared_depths(lineages: Sequence[tuple[str, ...]]) -> np.ndarray:
    """Return for each pair of lineages how many ancestors they share from the root,
    ``int[n, n]``."""
    return np.array([[in_common(a, b) for b in lineages] for a in lineages])


def random_tree(like: Agreement) -> Agreement:
    """Return what a tree of the same shape agrees with its tasks dealt at random: the means over
    all permutations, without p-values of their own."""
    return Agreement(
        like.truth,
        like.about,
        f"random {like.candidate}",
        like.tasks,
        like.families,
        {name: {k: _by_chance(v) for k, v in row.items()} for name, row in like.cuts.items()},
        {name: _by_chance(one) if one else None for name, one in like.order.items()},
    )


def _by_chance(score: Score) -> Score:
    return Score(score.chance, score.chance, float("nan"))


def agreement_rows(agreements: Iterable[Agreement]) -> list[dict[str, Any]]:
    """Return agreements as flat rows: one for each score, with its chance and p-value."""
    rows = []
    for one in agreements:
        about = {"truth": one.truth, "candidate": one.candidate, "tasks": one.tasks,
                 "families": one.families}  # fmt: skip
        scores_of: dict[str, Mapping[str, Score | None]] = {**one.cuts, "": one.order}
        rows += [
            about | {"cut": name, "score": label} | vars(score)
            for name, scores in scores_of.items()
            for label, score in scores.items()
            if score
        ]
    return rows
