"""Inner products of directions between all blocks of episodes: what resampling works on."""

from dataclasses import dataclass

import numpy as np

from treemeta.tree.cluster import doubly_centred
from treemeta.tree.probe import Probe


@dataclass(frozen=True)
class Products:
    """Inner products of directions, ``float64[n, n]``: within and across the halves."""

    aa: np.ndarray
    bb: np.ndarray
    ab: np.ndarray
    mean: float  # of the two halves' mean directions, before centring

    def within(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the cosine matrices of the two halves; off the diagonal, noise cancels out."""
        return _cosines(self.aa, self.aa, self.aa), _cosines(self.bb, self.bb, self.bb)

    def across(self) -> np.ndarray:
        """Return the cross-half cosines, made symmetric; the diagonal is the ceiling that noise
        sets: how similar a task is to itself."""
        cosines = _cosines(self.ab, self.aa, self.bb)
        return (cosines + cosines.T) / 2


def gram(probe: Probe) -> np.ndarray:
    """Return all inner products of block directions, ``float64[n, 2, blocks, n, 2, blocks]``."""
    n, halves, blocks, dim = probe.directions.shape
    rows = probe.directions.reshape(-1, dim)
    return (rows @ rows.T).astype(np.float64).reshape(n, halves, blocks, n, halves, blocks)


def products(gram: np.ndarray, weights: np.ndarray | None = None, centred: bool = True) -> Products:
    """Return the halves' products, each block weighted by ``float64[n, 2, blocks]`` (default: all
    alike), and every task centred on the mean of all tasks unless told otherwise."""
    n, _, blocks, *_ = gram.shape
    if weights is None:
        weights = np.full((n, 2, blocks), 1 / blocks)
    parts = []
    for left, right in ((0, 0), (1, 1), (0, 1)):
        block = np.einsum("ib,ibjc->ijc", weights[:, left], gram[:, left, :, :, right, :])
        parts.append(np.einsum("ijc,jc->ij", block, weights[:, right]))
    aa, bb, ab = (doubly_centred(part) if centred else part for part in parts)
    return Products(aa, bb, ab, mean=float(parts[2].mean()))


def variance(products: Products, direction: str) -> float:
    """Return the variance between tasks that both halves share, over the squared mean direction;
    of meta-gradients, whose mean training has brought to nought, over the mean square of a half."""
    shared = float(np.trace(products.ab)) / (len(products.ab) - 1)
    scale = abs(products.mean)
    if direction == "meta_gradient":
        scale = float(np.trace(products.aa + products.bb) / (2 * len(products.aa)))
    return shared / scale if scale else 0.0  # of no directions at all


def _cosines(inner: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    tiny = np.finfo(np.float64).tiny
    lengths = np.sqrt(np.maximum(np.outer(rows.diagonal(), columns.diagonal()), tiny))
    return inner / lengths
