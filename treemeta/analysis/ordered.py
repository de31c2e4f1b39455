"""Statistics of ordered pairs of tasks: matrices of sources and targets, symmetric or not."""

import numpy as np
from numpy.random import Generator
from scipy.stats import rankdata

PERMUTATIONS = 9999
DIGITS = 10  # of the largest value: what differs by less is a tie that rounding has broken


def others(n: int) -> np.ndarray:
    """Return which entries of a matrix are pairs of different tasks, ``bool[n, n]``."""
    return ~np.eye(n, dtype=bool)


def centred(matrix: np.ndarray) -> np.ndarray:
    """Return a matrix ``float[sources, targets]`` minus each target's mean over the other sources,
    its diagonal 0: what is left says which sources suit a target, not how easy the target is."""
    pairs = others(len(matrix))
    known = np.where(pairs, matrix, 0.0)
    rest = np.where(pairs, matrix - known.sum(0) / (len(matrix) - 1), 0.0)
    scale = np.abs(known).max() or 1.0
    return np.round(rest / scale, DIGITS) * scale


def ranked(matrix: np.ndarray) -> np.ndarray:
    """Return the ranks of the pairs of a matrix among each other, in a matrix with diagonal 0."""
    pairs, ranks = others(len(matrix)), np.zeros(matrix.shape)
    ranks[pairs] = rankdata(matrix[pairs])
    return ranks


def residuals(matrix: np.ndarray, controls: list[np.ndarray]) -> np.ndarray:
    """Return what is left of the pairs of a matrix after regression on those of others."""
    pairs = others(len(matrix))
    known = np.column_stack([np.ones(pairs.sum()), *(each[pairs] for each in controls)])
    values, left = matrix[pairs], np.zeros(matrix.shape)
    left[pairs] = values - known @ np.linalg.lstsq(known, values, rcond=None)[0]
    return left


def mantel(x: np.ndarray, y: np.ndarray, rng: Generator) -> tuple[float, float]:
    """Return the correlation of the pairs of two matrices and its one-sided p-value from
    permutations of the tasks (Mantel 1967); undefined where one is constant.

    Both ways of a pair move together, as a task is moved as a source and as a target at once.
    """
    n = len(x)
    pairs = others(n)
    if np.ptp(x[pairs]) == 0 or np.ptp(y[pairs]) == 0:
        return float("nan"), float("nan")
    x, y = (_standard(each, pairs) for each in (x, y))
    observed = float((x * y).sum())
    orders = (rng.permutation(n) for _ in range(PERMUTATIONS))
    as_high = sum((x[order][:, order] * y).sum() >= observed - 1e-12 for order in orders)
    return observed, float((as_high + 1) / (PERMUTATIONS + 1))


def _standard(matrix: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    rest = np.where(pairs, matrix - matrix[pairs].mean(), 0.0)
    return np.asarray(rest / np.linalg.norm(rest))
