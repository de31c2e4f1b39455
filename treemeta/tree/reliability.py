"""How far a repetition would agree, from two halves that were drawn independently."""

import numpy as np

LEAST = 4  # tasks: three pairs say nothing
GOALS = (0.9, 0.95, 0.99)  # reliabilities whose price is told


def pairs_correlation(a: np.ndarray, b: np.ndarray) -> float | None:
    """Return the correlation of two matrices ``float[n, n]`` over all ordered pairs of different
    tasks, or ``None`` for fewer than four tasks or a matrix of equal entries."""
    others = ~np.eye(len(a), dtype=bool)
    if len(a) < LEAST or not (np.ptp(a[others]) > 0 < np.ptp(b[others])):
        return None
    return float(np.corrcoef(a[others], b[others])[0, 1])


def disattenuated(across: np.ndarray) -> np.ndarray:
    """Return cosines, or inner products, across halves ``float[..., n, n]`` over the geometric mean
    of the two on the diagonal, which is 1 then: what endless episodes would show (Spearman 1904).

    Not a number where one on the diagonal is 0 or less: such a direction is all noise.
    """
    own = np.diagonal(across, axis1=-2, axis2=-1)
    lengths = np.sqrt(np.where(own > 0, own, np.nan))
    return across / (lengths[..., :, None] * lengths[..., None, :])


def stepped_up(correlation: float | None, times: float = 2.0) -> float | None:
    """Return the reliability of ``times`` as many episodes as those whose repetition correlates
    like this (Spearman 1910, Brown 1910); a correlation of 0 or less is returned as it is."""
    if correlation is None or correlation <= 0:
        return correlation
    return times * correlation / (1 + (times - 1) * correlation)


def episodes_for(reliability: float | None, episodes: int, target: float) -> int | None:
    """Return the episodes of each task that would bring a reliability reached with ``episodes`` to
    ``target``, by the same formula, or fewer: noise that meets noise, as across halves, goes with
    the square of their number. ``None`` where there is nothing to extrapolate from."""
    if reliability is None or not 0 < reliability < 1:
        return None
    factor = target * (1 - reliability) / (reliability * (1 - target))
    return max(1, round(episodes * factor))


def prices(reliability: float | None, episodes: int) -> dict[float, int]:
    """Return the episodes of each task that each of ``GOALS`` not reached yet would take."""
    prices = {goal: episodes_for(reliability, episodes, goal) for goal in GOALS}
    return {goal: price for goal, price in prices.items() if price and goal > (reliability or 0)}
