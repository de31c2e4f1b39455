"""Clusters of tasks from their similarity: Ward's tree, polished by k-means of a least size."""

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import pdist

ROUNDS = 50


def cut(similarity: np.ndarray, k: int, min_size: int) -> np.ndarray:
    """Return ``int[n]``: tasks in ``k`` clusters of ``min_size`` or more, numbered by first member.

    ``similarity`` is ``float[n, n]``, symmetric, larger for tasks more alike. Nothing is random,
    and the order of the tasks is no matter. k-means with least sizes: Bradley, Bennett and Demiriz
    2000.
    """
    points = embed(similarity)
    labels = fcluster(linkage(pdist(points), "ward"), k, "maxclust") - 1
    for _ in range(ROUNDS):
        kept = [points[labels == c].mean(0) for c in np.unique(labels)]
        if len(kept) < k:  # ties let Ward's tree fall into fewer parts than asked for
            kept += list(points[np.argsort(_nearest(points, kept))[len(kept) - k :]])
        moved = assign(_squared(points, np.array(kept)), min_size)
        if np.array_equal(moved, labels):
            break
        labels = moved
    return canonical(labels)


def embed(similarity: np.ndarray) -> np.ndarray:
    """Return points ``float[n, dims]`` whose inner products are the similarity, as far as any can:
    classical scaling (Torgerson 1952), negative eigenvalues taken for the noise they are."""
    values, vectors = np.linalg.eigh((similarity + similarity.T) / 2)
    return vectors * np.sqrt(np.maximum(values, 0))


def doubly_centred(matrix: np.ndarray) -> np.ndarray:
    """Return a matrix around its rows' and its columns' means (Torgerson 1952)."""
    return matrix - matrix.mean(0) - matrix.mean(1)[:, None] + matrix.mean()


def assign(distances: np.ndarray, min_size: int) -> np.ndarray:
    """Return the cheapest assignment ``int[n]`` for costs ``float[n, k]`` that gives each of the
    ``k`` clusters ``min_size`` members or more; ``n >= k * min_size``."""
    n, k = distances.shape
    nearest = distances.argmin(1)
    if np.bincount(nearest, minlength=k).min() >= min_size:
        return nearest
    # A seat a task: min_size seats in each cluster must be taken, all others cost extra.
    seats = np.concatenate(
        [np.repeat(np.arange(k), min_size), np.repeat(np.arange(k), n - k * min_size)]
    )
    costs = distances[:, seats]
    costs[:, k * min_size :] += 1 + n * distances.max()
    rows, taken = linear_sum_assignment(costs)
    labels = np.empty(n, dtype=int)
    labels[rows] = seats[taken]
    return labels


def canonical(labels: np.ndarray) -> np.ndarray:
    """Return the same clusters numbered in the order of their first members."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse]


def cohesion(similarity: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean over tasks of a task's mean similarity to the others of its cluster; a task
    alone counts 0. For held-out cohesion, labels and similarity come from different halves."""
    same = (labels[:, None] == labels) & ~np.eye(len(labels), dtype=bool)
    return float(((similarity * same).sum(1) / np.maximum(same.sum(1), 1)).mean())


def _squared(points: np.ndarray, centres: np.ndarray) -> np.ndarray:
    return ((points[:, None] - centres) ** 2).sum(-1)


def _nearest(points: np.ndarray, centres: list[np.ndarray]) -> np.ndarray:
    return _squared(points, np.array(centres)).min(1)
