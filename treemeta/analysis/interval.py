"""How sure a mean over tasks is."""

from collections.abc import Iterable

import numpy as np

from treemeta.randomness import generator

RESAMPLES = 10_000


def mean_interval(values: Iterable[float]) -> tuple[float, float, float]:
    """Return the mean and its 95 % interval, by the percentile bootstrap over the values given.

    The task is the unit: episodes of one task are no independent evidence for other tasks (Efron
    and Tibshirani 1993, chapter 13). Deterministic.
    """
    sample = np.array(list(values), dtype=float)
    drawn = generator(0, "interval").integers(len(sample), size=(RESAMPLES, len(sample)))
    low, high = np.quantile(sample[drawn].mean(1), [0.025, 0.975])
    return float(sample.mean()), float(low), float(high)
