"""Ridge heads in closed form: what they answer, and how likely a support is under them.

All of it sees features only through their kernel on the support, an ``n x n`` matrix, which is put
on one scale by the mean squared length of a feature vector and factorised once.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from treemeta.errors import ConfigError

SHAPE = 32.0  # of how a support's variance is spread around its node's: by some 18 percent
FLOOR = 1e-4  # the least variance that a likelihood takes targets to be noisy with


def ridge_head(features: Tensor, targets: Tensor, penalty: float) -> Tensor:
    """Return ``Tensor[..., width, ways]``, the head that ridge regression fits to an episode.

    Minimises ``|features @ W - targets|^2 + lambda |W|^2`` for features ``Tensor[..., n, width]``
    and targets ``Tensor[..., n, ways]``, solved in its dual of size n (Bertinetto et al. 2019,
    eq. 6). ``lambda`` is ``penalty`` times the mean squared length of a feature vector, so that the
    scale of the features does not matter. Raises ``ConfigError`` for features that are all nought,
    as those of a network whose rectifiers have died, or not finite.
    """
    kernel = features @ features.mT
    strength = penalty * kernel.diagonal(dim1=-2, dim2=-1).mean(-1)[..., None, None]
    if not (torch.isfinite(strength) & (strength > 0)).all():
        raise diverged("the features of an episode are all nought, or not finite")
    eye = torch.eye(kernel.shape[-1], dtype=kernel.dtype, device=kernel.device)
    return features.mT @ torch.linalg.solve(kernel + strength * eye, targets)


@dataclass(frozen=True)
class Solved:
    """A ridge head solved on a support of n images: the Cholesky factor of ``K + penalty * I``,
    ``float64[n, n]`` with ``K`` the kernel over ``scale``, and that matrix's inverse times the
    targets, ``float64[n, ways]``."""

    factor: Tensor
    targets: Tensor
    weights: Tensor
    scale: Tensor


def solve(features: Tensor, labels: Tensor, penalty: Tensor) -> Solved:
    """Solve the head of an episode on its support's features ``Tensor[n, width]``.

    Raises ``ConfigError`` where the penalty leaves the system singular.
    """
    targets = centred_targets(labels)
    kernel = (features @ features.mT).double()
    scale = kernel.diagonal().mean()
    eye = torch.eye(len(kernel), dtype=kernel.dtype, device=kernel.device)
    factor, failed = torch.linalg.cholesky_ex(kernel / scale + penalty.double() * eye)
    if failed or not math.isfinite(scale.item()):
        raise diverged(
            f"an episode's head cannot be solved with ridge penalty {penalty.item():.2g}"
        )
    return Solved(factor, targets, torch.cholesky_solve(targets, factor), scale)


def answer(head: Solved, support: Tensor, query: Tensor) -> Tensor:
    """Return the head's outputs for queries ``Tensor[q, width]``, ``Tensor[q, ways]``."""
    weights = (head.weights / head.scale).to(query.dtype)
    return query @ (support.mT @ weights)


def likeliest_scale(head: Solved) -> Tensor:
    """Return the variance ``tr(Y' K^-1 Y) / (n w)`` with which a Gaussian process with the
    support's kernel is likeliest to give its targets (Rasmussen and Williams 2006, eq. 5.8); that
    of several supports is their mean."""
    return (head.targets * head.weights).sum() / head.targets.numel()


def log_likelihood(head: Solved, scale: float | None = None) -> Tensor:
    """Return the log marginal likelihood of a support's targets under the node's ridge head, up to
    a constant that all nodes share.

    The head is a Gaussian process with the support's kernel K, penalty included, times a variance s
    that is drawn for each support around the node's ``scale``: an inverse gamma of shape a, which
    makes it a Student-t process (Shah, Wilson and Ghahramani 2014, eq. 6). One of a fixed variance
    leaves a task that its node explains less well than others to a node that explains nothing.
    With ``fit`` the support's own likeliest scale and m targets: ``a log scale - (a + m/2) log((a
    scale + m/2 fit) / (a + m/2)) - w/2 log det K``. Without a ``scale``, s is that fit. Of the w
    columns of centred one-hot targets, which sum to 0, w - 1 are free: so much of it is counted.
    """
    n, ways = head.targets.shape
    fit = likeliest_scale(head) + FLOOR
    usual = fit if scale is None else fit.new_tensor(scale) + FLOOR
    log_det = 2 * head.factor.diagonal().log().sum()
    half = n * ways / 2
    seen = (SHAPE * usual + half * fit) / (SHAPE + half)
    whole = SHAPE * usual.log() - (SHAPE + half) * seen.log() - ways / 2 * log_det
    return (ways - 1) / ways * whole


def leave_one_out(head: Solved, labels: Tensor, temperature: Tensor) -> Tensor:
    """Return the log of the probability with which the head, solved on all others, gives each image
    of the support its own label, summed over the support.

    In closed form: a residual is ``(K^-1 Y)_i / (K^-1)_ii`` (Rasmussen and Williams 2006,
    eq. 5.12).
    """
    inverse = torch.cholesky_inverse(head.factor)
    outputs = head.targets - head.weights / inverse.diagonal()[:, None]
    return -F.cross_entropy(outputs * temperature, labels, reduction="sum")


def plain_targets(labels: Tensor) -> Tensor:
    """Return one-hot labels, ``float64[..., n, ways]``, or numbers, ``float64[..., n, 1]``."""
    targets = labels[..., None] if labels.is_floating_point() else F.one_hot(labels)
    return targets.double()


def centred_targets(labels: Tensor) -> Tensor:
    """Return ``plain_targets`` minus their mean over the episode."""
    targets = plain_targets(labels)
    return targets - targets.mean(-2, keepdim=True)


def diverged(what: str) -> ConfigError:
    """Return the error for training that left the finite numbers."""
    return ConfigError(f"{what}, training diverged: lower --inner-lr or --meta-step-size")
