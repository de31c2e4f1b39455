"""Whether sharing hurts: how the mean gradients of groups of tasks point, noise taken out.

Directions around their mean find what differs. What differs need not conflict: one init can serve
both where the gradients of both still point the same way (gradients at odds: Yu et al. 2020).
"""

from itertools import combinations

import numpy as np
from scipy.special import stdtrit

from treemeta.store.evidence import Conflict
from treemeta.tree.cluster import canonical
from treemeta.tree.products import Products


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


def cosines(between: np.ndarray) -> np.ndarray:
    """Return products ``float64[k, k]`` over the lengths of both; not a number where a length is
    all noise."""
    squares = between.diagonal()
    lengths = np.sqrt(np.where(squares > 0, squares, np.nan))
    return between / np.outer(lengths, lengths)


def conflicts(inner: np.ndarray, labels: np.ndarray) -> tuple[Conflict, ...]:
    """Return the cosine of every two groups' mean gradients, with its 95 % interval.

    The interval is that of the jackknife over tasks, which are what a group is a sample of; their
    episodes' noise is part of what it sees (Efron and Tibshirani 1993, chapter 11).
    """
    whole, without = cosines(group_products(inner, labels)), _jackknife(inner, labels)
    sizes = np.bincount(labels)
    pairs = combinations(range(len(sizes)), 2)
    return tuple(_conflict(a, b, whole, without, labels, sizes) for a, b in pairs)


def _jackknife(inner: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the cosines of groups without each task in turn, ``float64[n, k, k]``; not numbers
    where that leaves a group empty."""
    k, every = int(labels.max()) + 1, np.arange(len(labels))
    left = np.full((len(labels), k, k), np.nan)
    for task in every:
        kept = every != task
        if len(np.unique(labels[kept])) == k:
            left[task] = cosines(group_products(inner[np.ix_(kept, kept)], labels[kept]))
    return left


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


def reconciled(inner: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return groups of which every two conflict: those whose gradients point furthest the same way
    are joined, until no two are left that do not point apart."""
    while labels.max() > 0:
        between = group_products(inner, labels)
        alike = np.where(between < 0, -np.inf, np.nan_to_num(cosines(between), nan=np.inf))
        np.fill_diagonal(alike, -np.inf)
        a, b = np.unravel_index(alike.argmax(), alike.shape)
        if alike[a, b] == -np.inf:
            break
        labels = canonical(np.where(labels == b, a, labels))
    return labels
