"""Proposals: how a node's tasks would be cut into so many children, and how surely."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from treemeta.config import Config
from treemeta.tree.cluster import cut
from treemeta.tree.evidence import NullTest, stability, statistics
from treemeta.tree.products import Products


@dataclass(frozen=True)
class Proposal:
    """A cut of tasks, ``int[n]``, and those of resampled episodes; the stability and the support of
    each child, ``float[k]`` both."""

    labels: np.ndarray
    again: tuple[np.ndarray, ...]
    stabilities: np.ndarray
    supports: np.ndarray

    @property
    def steadiness(self) -> float:
        """The stability of the child that reappears least."""
        return float(self.stabilities.min())


def numbers_of_children(config: Config, tasks: int) -> range:
    """Return how many children so many tasks may be cut into."""
    return range(2, min(config.max_children, tasks // config.min_tasks) + 1)


def propose(
    whole: Products, resamples: Iterable[Products], ks: Sequence[int], config: Config
) -> dict[int, Proposal]:
    """Return the cut into each number of children, held against the cuts of resampled episodes,
    which are gone through once."""

    def cuts(seen: Products) -> dict[int, np.ndarray]:
        across = seen.across()
        return {k: cut(across, k, config.min_tasks) for k in ks}

    found, drawn = cuts(whole), [cuts(resampled) for resampled in resamples]
    again = {k: tuple(one[k] for one in drawn) for k in ks}
    return {k: Proposal(found[k], again[k], *stability(found[k], again[k])) for k in ks}


def joined(proposal: Proposal, labels: np.ndarray) -> Proposal:
    """Return the proposal with children joined into those of ``labels``; of the resampled cuts each
    child goes where most of its tasks do."""
    k = int(labels.max()) + 1
    again = []
    for cut_again in proposal.again:
        shares = [np.bincount(labels[cut_again == c], minlength=k) for c in np.unique(cut_again)]
        again.append(np.argmax(shares, axis=1)[np.unique(cut_again, return_inverse=True)[1]])
    return Proposal(labels, tuple(again), *stability(labels, again))


def steadiest(proposals: Mapping[int, Proposal]) -> int:
    """Return the number of children whose proposal is the steadiest; of equals the fewest."""
    return max(proposals, key=lambda k: (proposals[k].steadiness, -k))


def fewest(
    null: NullTest, ks: range, among: Sequence[int], resamples: Iterable[Products], config: Config
) -> int:
    """Return the fewest children, of the numbers to choose ``among``, whose excess is within one
    standard error of the best excess there. ``null`` is about ``ks``; ``resamples`` tell how much
    its cohesions vary with the episodes."""
    excess = {k: float(null.excess[ks.index(k)]) for k in among}
    best = max(among, key=lambda k: excess[k])
    only = range(best, best + 1)
    error = np.std([statistics(each, only, config).cohesions[0] for each in resamples])
    return next(k for k in among if excess[k] >= excess[best] - error)
