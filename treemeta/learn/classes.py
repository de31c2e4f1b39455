"""Tasks that tell classes: their heads are ridge regression on one-hot targets, solved at once.

With the temperature that makes logits of its outputs, the penalty is learned along with an init:
R2-D2 (Bertinetto et al. 2019).
"""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from treemeta.learn import ridge
from treemeta.learn.params import Params, device_of

PENALTY, TEMPERATURE = 0.3, 4.0  # of a fresh init, and of one that learned none


def fresh(width: int) -> Params:
    """Return a head that has learned nothing."""
    return {
        "head.log_penalty": torch.tensor(math.log(PENALTY)),
        "head.temperature": torch.tensor(TEMPERATURE),
    }


def penalty_of(params: Params) -> Tensor:
    """Return the ridge penalty, relative to the mean squared length of a feature vector."""
    log = params.get("head.log_penalty")
    return torch.tensor(PENALTY, device=device_of(params)) if log is None else log.exp()


def temperature_of(params: Params) -> Tensor:
    """Return the factor that makes logits of a head's outputs."""
    learned = params.get("head.temperature")
    return torch.tensor(TEMPERATURE, device=device_of(params)) if learned is None else learned


def loss(outputs: Tensor, labels: Tensor) -> Tensor:
    """Return the cross-entropy of logits ``Tensor[n, ways]``."""
    return F.cross_entropy(outputs, labels)


def episode_losses(
    params: Params, support: Tensor, labels: Tensor, query: Tensor, asked: Tensor
) -> Tensor:
    """Return what an episode costs: the cross-entropy of its queries once the head is solved on its
    support (Bertinetto et al. 2019, eq. 7)."""
    return loss(outputs(params, support, labels, query), asked)


def outputs(params: Params, support: Tensor, labels: Tensor, query: Tensor) -> Tensor:
    """Return the logits of queries ``Tensor[q, width]``, ``Tensor[q, ways]``."""
    head = ridge.solve(support, labels, penalty_of(params))
    return ridge.answer(head, support, query) * temperature_of(params)


def answers(outputs: Tensor) -> Tensor:
    """Return the probabilities that logits ``Tensor[q, ways]`` stand for."""
    return outputs.softmax(1)


def mark(answers: Tensor, labels: Tensor) -> float:
    """Return the share of answers ``Tensor[q, ways]`` that are right."""
    return float((answers.argmax(1) == labels).float().mean())


def support_likelihood(
    params: Params, support: Tensor, labels: Tensor, route: str, scale: float | None
) -> Tensor:
    """Return how likely a support is under a node: by the marginal likelihood of its head, with the
    variance ``scale`` where it is known, or by its leave-one-out loss (``loo``)."""
    head = ridge.solve(support, labels, penalty_of(params))
    if route == "loo":
        return ridge.leave_one_out(head, labels, temperature_of(params))
    return ridge.log_likelihood(head, scale)


def support_scale(params: Params, support: Tensor, labels: Tensor) -> Tensor:
    """Return the variance with which a support is likeliest under a node."""
    return ridge.likeliest_scale(ridge.solve(support, labels, penalty_of(params)))
