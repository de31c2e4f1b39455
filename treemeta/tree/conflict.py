"""Whether sharing hurts: how the mean gradients of groups of tasks point, noise taken out.

Directions around their mean find what differs. What differs need not conflict: one init can serve
both where the gradients of both still point the same way (gradients at odds: Yu et al. 2020).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.special import stdtrit

from treemeta.store.evidence import Conflict
from treemeta.tree.cluster import canonical, cut
from treemeta.tree.products import Products, products
from treemeta.tree.reliability import disattenuated


def unbiased(halves: Products) -> np.ndarray:
    """Return the inner products of tasks' mean gradients, ``float64[n, n]``, in which no noise
    meets itself: across the halves on the diagonal. ``halves`` are not centred."""
    inner = (halves.aa + halves.bb + halves.ab + halves.ab.T) / 4
    np.fill_diagonal(inner, halves.ab.diagonal())
    return inner


def group_products(inner: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the inner products of the mean gradients of groups ``int[n]``, ``float64[k, k]``."""
    members = (labels == np.unique(labels)[:, None]).astype(float)
    means = members / members.sum(1, keepdims=True)
    return np.asarray(means @ inner @ means.T)


FOLDS = 4  # of half of the episodes, groups are found too badly to be judged


@dataclass(frozen=True)
class View:
    """Groups of tasks, ``int[n]``, and the inner products of the tasks' mean gradients by which
    they are judged, ``float64[n, n]``: of other episodes than those that the groups were found by,
    as a cut parts what noise has driven apart."""

    inner: np.ndarray
    labels: np.ndarray

    def products(self) -> np.ndarray:
        """Return the inner products of the groups' mean gradients, ``float64[k, k]``."""
        return group_products(self.inner, self.labels)

    def products_without(self) -> np.ndarray:
        """Return the same without each task in turn, ``float64[n, k, k]``; not numbers where that
        leaves a group empty."""
        own = (self.labels[:, None] == np.unique(self.labels)).astype(float)  # [n, k]
        row = self.inner @ own  # of each task with the sums of all groups
        parted = own[:, :, None] * row[:, None, :]
        square = self.inner.diagonal()[:, None, None] * own[:, :, None] * own[:, None, :]
        sums = own.T @ row - parted - parted.transpose(0, 2, 1) + square
        counts = own.sum(0) - own
        counts[counts == 0] = np.nan
        return np.asarray(sums / (counts[:, :, None] * counts[:, None, :]))

    def joined(self, to: np.ndarray) -> "View":
        """Return the view of groups of which each is joined into that of ``to``."""
        return View(self.inner, to[self.labels])


def crossed(gram: np.ndarray, labels: np.ndarray, min_tasks: int) -> tuple[View, ...]:
    """Return views of the groups into which all episodes cut tasks: in each, a quarter of the
    blocks of episodes judges the groups that the others make (cross-fitting: Chernozhukov et al.
    2018). Of fewer than four blocks each judges once."""
    n, halves, blocks, *_ = gram.shape
    parts = np.arange(blocks) % FOLDS

    def part(chosen: np.ndarray, centred: bool) -> Products:
        weights = np.broadcast_to(chosen / chosen.sum(), (n, halves, blocks))
        return products(gram, weights, centred)

    def view(judge: np.ndarray) -> View:
        found = cut(part(~judge, centred=True).across(), int(labels.max()) + 1, min_tasks)
        return View(unbiased(part(judge, centred=False)), named_alike(found, labels))

    return tuple(view(parts == number) for number in range(min(FOLDS, blocks)))


def named_alike(found: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return groups ``int[n]`` numbered as those of ``labels`` with which they share most tasks;
    both are as many."""
    k = int(labels.max()) + 1
    shared = np.array([[np.sum((found == c) & (labels == g)) for g in range(k)] for c in range(k)])
    return np.asarray(linear_sum_assignment(-shared)[1][found])


def between(views: Sequence[View]) -> np.ndarray:
    """Return the inner products of groups' mean gradients, averaged over views."""
    return np.asarray(np.mean([view.products() for view in views], axis=0))


def conflicts(labels: np.ndarray, views: Sequence[View]) -> tuple[Conflict, ...]:
    """Return the cosine of every two groups' mean gradients, with its 95 % interval; ``labels`` are
    the groups themselves, of which there are views.

    The interval is that of the jackknife over tasks, which are what a group is a sample of; their
    episodes' noise is part of what it sees (Efron and Tibshirani 1993, chapter 11).
    """
    whole = disattenuated(between(views))
    without = disattenuated(np.mean([view.products_without() for view in views], axis=0))
    sizes = np.bincount(labels)
    pairs = combinations(range(len(sizes)), 2)
    return tuple(_conflict(a, b, whole, without, labels, sizes) for a, b in pairs)


def _conflict(
    a: int, b: int, whole: np.ndarray, without: np.ndarray, labels: np.ndarray, sizes: np.ndarray
) -> Conflict:
    cosine, error = whole[a, b], 0.0
    for group in (a, b):
        left = without[labels == group, a, b]
        error += (sizes[group] - 1) / sizes[group] * ((left - left.mean()) ** 2).sum()
    reach = stdtrit(max(sizes[a] + sizes[b] - 2, 1), 0.975) * np.sqrt(error)
    ends = np.clip([cosine, cosine - reach, cosine + reach], -1, 1)
    return Conflict(a, b, *(float(end) if np.isfinite(end) else None for end in ends))


def reconciled(views: Sequence[View]) -> np.ndarray:
    """Return for each group the number of the one that it is joined to, ``int[k]``, so that every
    two conflict: those whose gradients point furthest the same way are joined, until no two are
    left that do not point apart; first those of which one is all noise, as nothing says so."""
    to = np.arange(int(views[0].labels.max()) + 1)
    while to.max() > 0:
        inner = between([view.joined(to) for view in views])
        alike = np.nan_to_num(disattenuated(inner), nan=np.inf)
        alike[alike < 0] = -np.inf
        np.fill_diagonal(alike, -np.inf)
        a, b = np.unravel_index(alike.argmax(), alike.shape)
        if alike[a, b] == -np.inf:
            break
        to = canonical(np.where(to == b, a, to))
    return to
