"""How well clusters of tasks agree with their true families, against chance."""

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from sklearn.metrics.cluster import contingency_matrix, expected_mutual_information

from treemeta.randomness import generator

MOST_TASKS = 60  # of which all triplets are looked at

PARTITION_SCORES = ("ARI", "AMI", "V-measure", "purity", "Fowlkes-Mallows")


@dataclass(frozen=True)
class Score:
    """An agreement with the truth, its mean over permutations of the truth, and the share of
    permutations (with the truth as it is among them) that agree as well or better."""

    value: float
    chance: float
    p: float


def scored(values: np.ndarray) -> Score:
    """Return the score of ``float[1 + permutations]``, the truth as it is first."""
    first, others = values[0], values[1:]
    # What ties in exact arithmetic must tie in floats: it counts against the observation.
    beaten = others >= first - 1e-9 * max(1.0, abs(first))
    return Score(float(first), float(others.mean()), (1 + int(beaten.sum())) / len(values))


def orders(tasks: int, permutations: int, rng: np.random.Generator) -> np.ndarray:
    """Return ``int[1 + permutations, tasks]``: orders in which to read the truth, the identity
    first."""
    base = np.tile(np.arange(tasks), (permutations, 1))
    return np.concatenate([np.arange(tasks)[None], rng.permuted(base, axis=1)])


def partition_scores(clusters: np.ndarray, truth: np.ndarray, read: np.ndarray) -> dict[str, Score]:
    """Return the scores of clusters ``int[n]`` against families ``int[n]``, one for each of
    ``PARTITION_SCORES``, for the orders ``int[1 + permutations, n]`` in which the truth is read.

    Adjusted Rand index (Hubert and Arabie 1985), adjusted mutual information (Vinh et al. 2010),
    V-measure (Rosenberg and Hirschberg 2007), purity, and Fowlkes and Mallows 1983. scikit-learn's
    definitions, from tables of counts, as they have to be found for every permutation.
    """
    n = len(clusters)
    in_cluster = (np.unique(clusters)[:, None] == clusters).astype(float)
    in_family = (np.unique(truth) == truth[:, None]).astype(float)
    # float[1 + permutations, clusters, families]; one by one, as all orders at once may not fit
    tables = np.stack([in_cluster @ in_family[order] for order in read])
    sizes, families = in_cluster.sum(1), in_family.sum(0)
    pairs, in_clusters, in_families = (_pairs(x) for x in (tables, sizes, families))
    both = pairs.sum((1, 2))
    left, right = in_clusters.sum(), in_families.sum()
    expected = left * right / max(_pairs(np.array(float(n))), 1.0)
    mutual = _mutual_information(tables, sizes, families)
    entropies = _entropy(sizes), _entropy(families)
    chance = expected_mutual_information(
        contingency_matrix(truth, clusters, sparse=True, dtype=np.int64), n
    )
    values = {
        "ARI": _ratio(both - expected, (left + right) / 2 - expected),
        "AMI": _ratio(mutual - chance, sum(entropies) / 2 - chance),
        "V-measure": _ratio(mutual, sum(entropies) / 2),
        "purity": tables.max(2).sum(1) / n,
        "Fowlkes-Mallows": both / max(np.sqrt(left * right), 1.0),
    }
    return {name: scored(value) for name, value in values.items()}


def _pairs(counts: np.ndarray) -> np.ndarray:
    return counts * (counts - 1) / 2


def _ratio(part: np.ndarray, whole: float) -> np.ndarray:
    """Return how far ``part`` goes; 1 where there is nowhere to go, as both are one cluster or all
    alone."""
    return part / whole if abs(whole) > 1e-12 else np.ones_like(part)


def _mutual_information(tables: np.ndarray, sizes: np.ndarray, families: np.ndarray) -> np.ndarray:
    n = sizes.sum()
    ratio = tables * n / (sizes[:, None] * families)
    return (tables / n * np.log(np.where(tables > 0, ratio, 1))).sum((1, 2))


def _entropy(counts: np.ndarray) -> float:
    shares = counts / counts.sum()
    return float(-(shares * np.log(shares)).sum())


def retrieval_score(closeness: np.ndarray, truth: np.ndarray, read: np.ndarray) -> Score | None:
    """Return the share of tasks whose nearest other task is of their family, among the tasks that
    share their family at all; several nearest count in part. ``None`` where no task does."""
    alone = np.eye(len(truth), dtype=bool)
    others = np.where(alone, -np.inf, closeness)
    nearest = (others == others.max(1, keepdims=True)).astype(float)
    nearest /= nearest.sum(1, keepdims=True)
    same = (truth[:, None] == truth) & ~alone
    has_sibling = same.any(1)
    if not has_sibling.any():
        return None
    hits = [(nearest * same[np.ix_(order, order)]).sum() for order in read]
    return scored(np.array(hits) / has_sibling.sum())


def correlation_score(closeness: np.ndarray, depths: np.ndarray, read: np.ndarray) -> Score | None:
    """Return the correlation over pairs of tasks of ``float[n, n]`` closeness with the depths of
    their common ancestors in truth (Sokal and Rohlf 1962); ``None`` where either is constant."""
    pairs = np.triu_indices(len(closeness), 1)
    x, y = closeness[pairs], depths[pairs].astype(float)
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    x, centred = x - x.mean(), depths - y.mean()
    spread = np.sqrt((x @ x) * (centred[pairs] @ centred[pairs]))
    crossed = [x @ centred[np.ix_(order, order)][pairs] for order in read]
    return scored(np.array(crossed) / spread)


def triplet_score(closeness: np.ndarray, depths: np.ndarray, read: np.ndarray) -> Score | None:
    """Return the share of triplets on whose closest pair the closeness agrees with the truth, among
    those where the truth has one: chance is a third, and a tie counts its part.

    ``None`` where the truth has no such triplet.
    """
    triplets = resolved_triplets(depths)
    if triplets.size == 0:
        return None
    places = np.argsort(read)  # where a permuted truth puts each task
    return scored(np.array([_agreeing(closeness, place[triplets]) for place in places]))


def resolved_triplets(depths: np.ndarray) -> np.ndarray:
    """Return ``int[3, t]``: pairs and a third that is further from both, for all triplets of up to
    ``MOST_TASKS`` tasks, for as many drawn ones of more."""
    n = len(depths)
    if n <= MOST_TASKS:
        drawn = np.array(list(combinations(range(n), 3)), dtype=int).reshape(-1, 3).T
    else:
        rng = generator(0, "triplets")
        drawn = rng.integers(n, size=(3, comb(MOST_TASKS, 3)))
        drawn = drawn[:, [len(set(three)) == 3 for three in drawn.T.tolist()]]
    turned = np.concatenate([drawn, drawn[[0, 2, 1]], drawn[[1, 2, 0]]], axis=1)
    a, b, c = turned
    return turned[:, depths[a, b] > np.maximum(depths[a, c], depths[b, c])]


def _agreeing(closeness: np.ndarray, triplets: np.ndarray) -> float:
    a, b, c = triplets
    inner, left, right = closeness[a, b], closeness[a, c], closeness[b, c]
    ties = 1 + (left == inner) + (right == inner)
    return float(np.where(inner >= np.maximum(left, right), 1 / ties, 0).mean())
