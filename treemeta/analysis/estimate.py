"""How sure a mean over held-out tasks and seeds is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from treemeta.randomness import generator

RESAMPLES = 10_000

# A task's accuracy, or a difference of two, by seed and task.
Values = Mapping[int, Mapping[str, float]]


@dataclass(frozen=True)
class Estimate:
    """A mean with the ends of its 95 % interval."""

    mean: float
    low: float
    high: float


def estimate(values: Values, tasks: Sequence[str] | None = None) -> Estimate:
    """Return the mean over tasks and seeds with its 95 % interval, by the percentile bootstrap.

    The held-out task is the unit of analysis. Tasks and seeds are both resampled, independently of
    each other, as all seeds are tried on the same tasks (Owen 2007, the pigeonhole bootstrap):
    with one seed, the interval says nothing of other seeds. Deterministic; the order of tasks is
    no matter.
    """
    names = sorted(tasks if tasks is not None else next(iter(values.values())))
    table = np.array([[values[seed][name] for name in names] for seed in sorted(values)])
    rng = generator(0, "comparison")
    by_task, by_seed = (_drawn(count, rng) for count in reversed(table.shape))
    means = ((by_seed @ table) * by_task).sum(1) / table.size
    low, high = np.quantile(means, [0.025, 0.975])
    return Estimate(float(table.mean()), float(low), float(high))


def _drawn(count: int, rng: np.random.Generator) -> np.ndarray:
    """Return how often each of ``count`` is drawn, ``float[resamples, count]``."""
    return rng.multinomial(count, np.full(count, 1 / count), size=RESAMPLES).astype(float)
