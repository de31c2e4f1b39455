"""What speaks for a split: cuts compared with the cuts of dealt classes, and their stability."""

from collections.abc import Iterator, Sequence
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
    """Observed statistics against those of deals: for each number of children ``excess``, the
    cohesion beyond the deals' mean, and ``p_cuts``, corrected for looking at all of them."""

    excess: np.ndarray
    p_variance: float
    p_cuts: np.ndarray

    @property
    def p_cut(self) -> float:
        """The p-value of the best number of children: whether there is a cut at all."""
        return float(self.p_cuts.min())


def statistics(halves: Products, ks: range, config: Config) -> Statistics:
    """Return the statistics of one probe: clusters found on one half are held against the other."""
    (a, b), least = halves.within(), config.min_tasks
    cohesions = [(cohesion(b, cut(a, k, least)) + cohesion(a, cut(b, k, least))) / 2 for k in ks]
    return Statistics(variance(halves, config.direction), np.array(cohesions))


def null_test(observed: Statistics, deals: list[Statistics]) -> NullTest:
    """Hold tasks against tasks of dealt classes.

    Every number of children is put on one scale by the mean and spread over the observation and
    the deals alike, which keeps them exchangeable under the null; the p-values are therefore exact
    (Phipson and Smyth 2010) whatever the statistics' distribution. Each number is held against the
    best of every deal (Westfall and Young 1993).
    """
    everything = np.stack([observed.cohesions, *(deal.cohesions for deal in deals)])
    spread = np.maximum(everything.std(0, ddof=1), np.finfo(float).tiny)
    observed_cuts, *deals_cuts = (everything - everything.mean(0)) / spread
    best = np.max(deals_cuts, axis=1)
    return NullTest(
        excess=observed.cohesions - everything[1:].mean(0),
        p_variance=_p_value(observed.variance, np.array([deal.variance for deal in deals])),
        p_cuts=np.array([_p_value(one, best) for one in observed_cuts]),
    )


def _p_value(observed: float, null: np.ndarray) -> float:
    return (1 + int((null >= observed).sum())) / (1 + len(null))


@dataclass(frozen=True)
class Resamples:
    """Products of resamples: each block's ``weights`` in them, ``float64[count, n, 2, blocks]``.
    They are made anew whenever they are gone through: kept, those of 1,800 tasks take 4 GB."""

    gram: np.ndarray
    weights: np.ndarray
    centred: bool

    def __iter__(self) -> Iterator[Products]:
        return (products(self.gram, weights, self.centred) for weights in self.weights)


def resample(gram: np.ndarray, count: int, rng: Generator, centred: bool = True) -> Resamples:
    """Return products of ``count`` bootstrap resamples: blocks of episodes drawn with replacement,
    for each task and half on its own."""
    n, _, blocks, *_ = gram.shape
    drawn = rng.multinomial(blocks, np.full(blocks, 1 / blocks), size=(count, n, 2))
    return Resamples(gram, drawn / blocks, centred)


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
