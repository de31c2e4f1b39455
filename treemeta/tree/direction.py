"""Directions: which way a task pulls an init, per episode and without the head."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from treemeta.config import Config
from treemeta.learn.adapt import adapt
from treemeta.learn.network import features
from treemeta.learn.params import Params, body, flatten, subtract
from treemeta.learn.ridge import ridge_head
from treemeta.tasks.episode import draw_minibatches

PENALTY = 1.0  # Weaker penalties follow single episodes: their split-half reliability is lower.


def episode_direction(
    config: Config, params: Params, images: Tensor, labels: Tensor, rng: np.random.Generator
) -> Tensor:
    """Return the direction of one episode as ``Tensor[dim]``, the head left out.

    ``images`` is ``Tensor[n, 1, 28, 28]`` and ``labels`` ``int64[n]``.
    """
    if config.direction == "head_solved":
        return head_solved(params, images, labels, config.norm)
    return displacement(config, params, images, labels, rng)


def head_solved(params: Params, images: Tensor, labels: Tensor, norm: str) -> Tensor:
    """Return minus the gradient of the episode's loss with its head solved first.

    The labels of an episode are an arbitrary permutation, so a head that was not fitted to them
    sends a random signal into the features; the solved head permutes with them, and the gradient
    does not. Since the head is optimal, this is the gradient of the loss minimised over heads.
    """
    leaves = {name: tensor.detach().requires_grad_() for name, tensor in body(params).items()}
    hidden = features(leaves, images, norm)
    targets = F.one_hot(labels).to(hidden.dtype)
    targets = targets - targets.mean(0)
    head = ridge_head(hidden.detach(), targets, PENALTY)
    loss = ((hidden @ head - targets) ** 2).sum(1).mean()
    return -torch.cat([g.reshape(-1) for g in torch.autograd.grad(loss, list(leaves.values()))])


def displacement(
    config: Config, params: Params, images: Tensor, labels: Tensor, rng: np.random.Generator
) -> Tensor:
    """Return how far adaptation moves the init: ``phi_i* - phi``, Reptile's own direction."""
    steps, size = config.inner_steps, config.inner_batch_size
    minibatches = draw_minibatches(len(labels), min(size, len(labels)), steps, rng)
    adapted, _ = adapt(
        params, images, labels, minibatches, config.inner_optimizer, config.inner_lr, config.norm
    )
    return flatten(body(subtract(adapted, params)))
