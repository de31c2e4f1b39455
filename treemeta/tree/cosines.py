"""Similarity of tasks by the angle between their directions, with its own reliability."""

import numpy as np
import pandas as pd

from treemeta.tree.probe import Probe
from treemeta.tree.reliability import stepped_up

ROWS = 256  # of a matrix in memory at once, where only its moments are wanted


def unit_halves(probe: Probe) -> tuple[np.ndarray, np.ndarray]:
    """Return each half's mean directions of unit length, centred on all tasks before if the probe
    is, as ``float32[tasks, dim]``."""
    a, b = (_unit(probe.directions[:, half].mean(axis=1), probe.centred) for half in (0, 1))
    return a, b


def _unit(directions: np.ndarray, centred: bool) -> np.ndarray:
    if centred:
        directions -= directions.mean(0)
    lengths = np.linalg.norm(directions, axis=1, keepdims=True)
    directions /= np.maximum(lengths, np.finfo(np.float32).tiny)
    return directions


def similarity(probe: Probe) -> pd.DataFrame:
    """Return the tasks' similarity matrix, in [-1, 1], named on both axes.

    Cosines across the halves, made symmetric. The diagonal is the ceiling that noise sets: how
    similar a task is to itself. Time and memory grow with the square of the number of tasks.
    """
    a, b = unit_halves(probe)
    matrix = a @ b.T
    for first in range(0, len(a), ROWS):  # in place: a second matrix may not fit
        rows, left = slice(first, first + ROWS), slice(first, None)
        both = (matrix[rows, left] + matrix[left, rows].T) / 2
        matrix[rows, left], matrix[left, rows] = both, both.T
    return pd.DataFrame(matrix, index=list(probe.tasks), columns=list(probe.tasks))


def reliability(probe: Probe) -> float | None:
    """Return the reliability of the similarity matrix, or ``None`` for fewer than four tasks.

    The correlation over pairs of tasks between the matrices of the two halves, stepped up to both
    halves together by the Spearman-Brown formula (Spearman 1910, Brown 1910).
    """
    return stepped_up(halves_correlation(probe))


def halves_correlation(probe: Probe) -> float | None:
    """Return the correlation between the matrices of the two halves, over all pairs of tasks."""
    if len(probe.tasks) < 4:
        return None
    sums, count = np.zeros(5), 0
    halves = unit_halves(probe)
    for first in range(0, len(probe.tasks), ROWS):
        rows = slice(first, first + ROWS)
        x, y = (_pairs(half[rows] @ half[first:].T) for half in halves)
        sums += [x.sum(), y.sum(), x @ x, y @ y, x @ y]
        count += len(x)
    x_mean, y_mean, xx, yy, xy = sums / count
    spread = (xx - x_mean**2) * (yy - y_mean**2)
    return float((xy - x_mean * y_mean) / np.sqrt(spread)) if spread > 0 else None


def _pairs(rows: np.ndarray) -> np.ndarray:
    """Return what lies above the diagonal of a matrix's upper rows."""
    return rows[np.triu_indices(len(rows), 1, rows.shape[1])].astype(np.float64)
