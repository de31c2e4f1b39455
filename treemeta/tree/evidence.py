"""What speaks for a split: cuts compared with the cuts of dealt classes, and their stability."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from treemeta.config import Config
from treemeta.tree.cluster import canonical, cohesion, cut
from treemeta.tree.products import Products, products, variance


@dataclass(frozen=True)
class Statistics:
    """What is compared between tasks and dealt tasks: ``cohesions[i]`` belongs to ``ks[i]``."""

    variance: float
    cohesions: np.ndarray


@dataclass(frozen=True)
class NullTest:
    """Observed statistics against those of deals: ``excess`` is the cohesion beyond the deals' mean
    for each number of children, ``p_cut`` belongs to the best, corrected for looking at all."""

    excess: np.ndarray
    p_variance: float
    p_cut: float


def statistics(halves: Products, ks: range, config: Config) -> Statistics:
    """Return the statistics of one probe: clusters found on one half are held against the other."""
    (a, b), least = halves.within(), config.min_tasks
    cohesions = [(cohesion(b, cut(a, k, least)) + cohesion(a, cut(b, k, least))) / 2 for k in ks]
    return Statistics(variance(halves, config.direction), np.array(cohesions))


def null_test(observed: Statistics, deals: list[Statistics]) -> NullTest:
    """Hold tasks against tasks of dealt classes.

    Every number of children is put on one scale by the mean and spread over the observation and
    the deals alike, which keeps them exchangeable under the null; the p-values are therefore exact
    (Phipson and Smyth 2010) whatever the statistics' distribution.
    """
    everything = np.stack([observed.cohesions, *(deal.cohesions for deal in deals)])
    spread = np.maximum(everything.std(0, ddof=1), np.finfo(float).tiny)
    best = ((everything - everything.mean(0)) / spread).max(1)
    return NullTest(
        excess=observed.cohesions - everything[1:].mean(0),
        p_variance=_p_value(observed.variance, np.array([deal.variance for deal in deals])),
        p_cut=_p_value(best[0], best[1:]),
    )


def _p_value(observed: float, null: np.ndarray) -> float:
    return (1 + int((null >= observed).sum())) / (1 + len(null))


def resample(gram: np.ndarray, count: int, rng: Generator, centred: bool = True) -> list[Products]:
    """Return products of ``count`` bootstrap resamples: blocks of episodes drawn with replacement,
    for each task and half on its own."""
    n, _, blocks, *_ = gram.shape
    drawn = rng.multinomial(blocks, np.full(blocks, 1 / blocks), size=(count, n, 2))
    return [products(gram, weights / blocks, centred) for weights in drawn]


def stability(labels: np.ndarray, resampled: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return for each cluster its stability and its support, ``float[k]`` both.

    Stability is the mean over resamples of the best Jaccard overlap with any cluster found there
    (Hennig 2007), support the share of resamples in which just this set reappears (Felsenstein
    1985).
    """
    labels = canonical(labels)
    overlaps = np.array(
        [[_best_jaccard(labels == c, other) for c in np.unique(labels)] for other in resampled]
    )
    return overlaps.mean(0), (overlaps == 1).mean(0)


def _best_jaccard(members: np.ndarray, labels: np.ndarray) -> float:
    others = labels[None] == np.unique(labels)[:, None]
    return float(((others & members).sum(1) / (others | members).sum(1)).max())
