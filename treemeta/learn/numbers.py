"""Tasks that tell numbers: their heads are Bayesian linear regression, solved in closed form.

The weights of a head are drawn around a mean that an init has learned, independent and of variance
1: what else is known of them before, the network's last layer says. It says nothing of the
constant, whose variance is learned: tasks may differ in level by little. With noise of a learned
variance, an episode's targets are a Gaussian process (Rasmussen and Williams 2006, chapter 2.2),
whose mean answers and whose marginal likelihood routes, and is what is learned: deep kernel
transfer, Patacchiola et al. 2020. All of it runs for one episode or, with leading axes, for many;
parameters may have these axes too.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from treemeta.learn.params import Params, device_of
from treemeta.learn.ridge import diverged

NOISE = 0.1  # of a fresh head, in the variance of all targets


@dataclass(frozen=True)
class Conditioned:
    """A head that has seen a support of n points: the Cholesky factor of their covariance
    ``float64[..., n, n]``, and its inverse times what they differ from the mean by,
    ``float64[..., n, 1]``."""

    factor: Tensor
    weights: Tensor
    values: Tensor


def fresh(width: int) -> Params:
    """Return a head that has learned nothing."""
    return {
        "head.log_constant": torch.tensor(0.0),  # of the variance of the constant's weight
        "head.log_noise": torch.tensor(math.log(NOISE)),
        "head.mean": torch.zeros(width + 1),  # the last is that of the constant
    }


def noise_of(params: Params) -> Tensor:
    """Return the variance of the noise of targets."""
    log = params.get("head.log_noise")
    return torch.tensor(NOISE, device=device_of(params)) if log is None else log.exp()


def mean_of(params: Params, width: int) -> Tensor:
    """Return the mean of a head's weights before a support is seen, ``Tensor[width]``."""
    learned = params.get("head.mean")
    return torch.zeros(width, device=device_of(params)) if learned is None else learned


def variances_of(params: Params, width: int) -> Tensor:
    """Return the variance of each of a head's weights before a support is seen, ``Tensor[...,
    width]``: 1, but for that of the constant."""
    log = params.get("head.log_constant")
    if log is None:
        return torch.ones(width, device=device_of(params))
    return torch.cat([log.new_ones(*log.shape, width - 1), log.exp()[..., None]], -1)


def condition(params: Params, support: Tensor, values: Tensor) -> Conditioned:
    """Return the head after a support: features ``Tensor[..., n, width]`` and their numbers
    ``Tensor[..., n]``.

    Raises ``ConfigError`` where training has left the finite numbers.
    """
    seen = with_constant(support).double()
    eye = torch.eye(seen.shape[-2], dtype=seen.dtype, device=seen.device)
    variances = variances_of(params, seen.shape[-1]).double()[..., None, :]
    covariance = (variances * seen) @ seen.mT + noise_of(params).double()[..., None, None] * eye
    factor, failed = torch.linalg.cholesky_ex(covariance)
    if failed.any() or not torch.isfinite(factor.detach()).all():
        raise diverged("the features of an episode are not finite")
    mean = mean_of(params, seen.shape[-1]).double()[..., None]
    left = values.double()[..., None] - seen @ mean
    return Conditioned(factor, torch.cholesky_solve(left, factor), left)


def loss(outputs: Tensor, values: Tensor) -> Tensor:
    """Return the mean squared error."""
    return F.mse_loss(outputs.reshape(values.shape), values)


def episode_losses(
    params: Params, support: Tensor, values: Tensor, query: Tensor, asked: Tensor
) -> Tensor:
    """Return what each episode costs, ``Tensor[...]``: minus the log marginal likelihood of all its
    numbers, a point."""
    seen, told = torch.cat([support, query], -2), torch.cat([values, asked], -1)
    return (-log_likelihood(condition(params, seen, told)) / told.shape[-1]).to(support.dtype)


def outputs(params: Params, support: Tensor, values: Tensor, query: Tensor) -> Tensor:
    """Return what the head expects at queries ``Tensor[..., q, width]``, ``Tensor[..., q]``."""
    head = condition(params, support, values)
    known, asked = with_constant(support), with_constant(query)
    width = asked.shape[-1]
    variances = variances_of(params, width)[..., None]
    weights = mean_of(params, width)[..., None] + variances * (
        known.mT @ head.weights.to(asked.dtype)
    )
    return (asked @ weights).squeeze(-1)


def answers(outputs: Tensor) -> Tensor:
    """Return numbers as they are: they can be averaged over nodes."""
    return outputs


def mark(answers: Tensor, values: Tensor) -> float:
    """Return the mean squared error of answers ``Tensor[q]``."""
    return float((answers.reshape(values.shape) - values).square().mean())


def support_likelihood(
    params: Params, support: Tensor, values: Tensor, route: str, scale: float | None
) -> Tensor:
    """Return how likely a support is under a node: whole, or each of its points by the others
    (``loo``)."""
    head = condition(params, support, values)
    return leave_one_out(head) if route == "loo" else log_likelihood(head)


def log_likelihood(head: Conditioned) -> Tensor:
    """Return the log marginal likelihood of a support's numbers, up to a constant that all nodes
    share, ``float64[...]`` (Rasmussen and Williams 2006, eq. 2.30)."""
    fit = (head.values * head.weights).sum((-2, -1))
    return -fit / 2 - head.factor.diagonal(dim1=-2, dim2=-1).log().sum(-1)


def leave_one_out(head: Conditioned) -> Tensor:
    """Return the log of the density that the head, having seen all others, gives each number of the
    support, summed over it, up to a constant (Rasmussen and Williams 2006, eq. 5.10 to 5.12)."""
    precisions = torch.cholesky_inverse(head.factor).diagonal(dim1=-2, dim2=-1)
    left = head.weights.squeeze(-1)
    return ((precisions.log() - left.square() / precisions) / 2).sum(-1)


def with_constant(features: Tensor) -> Tensor:
    """Return features with a one as their last."""
    return torch.cat([features, torch.ones_like(features[..., :1])], -1)
