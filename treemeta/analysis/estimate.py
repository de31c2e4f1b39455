"""How sure a mean over held-out tasks and seeds is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from treemeta.analysis.interval import ENDS, RESAMPLES, widened, within
from treemeta.randomness import generator

Repeat = tuple[int, int]  # of a comparison: which tasks were held out, and the seed
# A task's accuracy, or a difference of two, by repeat and task.
Values = Mapping[Repeat, Mapping[str, float]]


@dataclass(frozen=True)
class Estimate:
    """A mean with the ends of its 95 % interval."""

    mean: float
    low: float
    high: float


def estimate(values: Values, tasks: Sequence[str] | None = None) -> Estimate:
    """Return the mean over tasks and repeats with its 95 % interval, by the bootstrap, moved out to
    where so few allow.

    The held-out task is the unit of analysis. Tasks and repeats are both resampled, independently
    of each other, as several repeats are tried on one task (Owen 2007, the pigeonhole bootstrap):
    with one repeat, the interval says nothing of other seeds. A task that is not held out in a
    repeat has no part in it. Deterministic; the order of tasks is no matter.
    """
    known = {name for of_repeat in values.values() for name in of_repeat}
    names = sorted(known.intersection(tasks) if tasks is not None else known)
    rows = [values[repeat] for repeat in sorted(values)]
    there = np.array([[name in row for name in names] for row in rows])
    table = np.array([[row.get(name, 0.0) for name in names] for row in rows])
    rng = generator(0, "comparison")
    by_task, by_repeat = (_drawn(count, rng) for count in reversed(table.shape))
    sums, counts = (((by_repeat @ each) * by_task).sum(1) for each in (table, there))
    means = sums[counts > 0] / counts[counts > 0]
    mean = float(table.sum() / there.sum())
    parts = [
        (_variance(table.sum(0), there.sum(0), by_task), len(names)),
        (_variance(table.sum(1), there.sum(1), by_repeat), len(rows)),
    ]
    return Estimate(mean, *widened(mean, np.quantile(means, ENDS), parts))


def level(values: Values, metric: str) -> Estimate:
    """Return the same of what tasks reach in a metric: its ends are values that this can take."""
    found = estimate(values)
    return Estimate(found.mean, *within(metric, found.low, found.high))


def paired(one: Values, other: Values, sign: int = 1) -> dict[Repeat, dict[str, float]]:
    """Return the differences of two arms, task by task, in every repeat that both have: what the
    first is above the other, or where less is better (``sign`` -1) below it."""
    return {
        repeat: {task: sign * (one[repeat][task] - other[repeat][task]) for task in one[repeat]}
        for repeat in one
        if repeat in other
    }


def tells(values: Values, tasks: Iterable[str]) -> bool:
    """Return whether any of the tasks is held out in a repeat: an arm may lack those that have
    them."""
    return any(not of_repeat.keys().isdisjoint(tasks) for of_repeat in values.values())


def _variance(sums: np.ndarray, counts: np.ndarray, drawn: np.ndarray) -> float:
    """Return the variance of the mean where one of both, tasks or repeats, is resampled alone."""
    totals, of = drawn @ sums, drawn @ counts
    return float(np.var(totals[of > 0] / of[of > 0]))


def _drawn(count: int, rng: np.random.Generator) -> np.ndarray:
    """Return how often each of ``count`` is drawn, ``float[resamples, count]``."""
    return rng.multinomial(count, np.full(count, 1 / count), size=RESAMPLES).astype(float)
