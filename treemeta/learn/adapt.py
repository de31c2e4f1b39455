"""The inner loop: adapt an initialisation to one task by a few steps of SGD or Adam."""

import numpy as np
import torch
from torch import Tensor

from treemeta.config import Config
from treemeta.learn.network import logits
from treemeta.learn.params import Params, add
from treemeta.learn.targets import targets_of

BETA2, EPSILON = 0.999, 1e-8  # Adam as in Reptile's code, where beta1 is 0


def adapt(
    config: Config, params: Params, images: Tensor, labels: Tensor, minibatches: np.ndarray
) -> tuple[Params, float]:
    """Return the adapted parameters and the mean loss over the steps.

    ``images`` is ``Tensor[n, *shape]``, ``labels`` ``int64[n]`` and ``minibatches``
    ``int[steps, size]``, the positions used by each step. Every adaptation starts with a fresh
    optimiser, so that it depends on its arguments alone. The inner loop of Nichol et al. 2018.
    """
    second: Params = {name: torch.zeros_like(tensor) for name, tensor in params.items()}
    losses, lr = [], config.inner_lr
    for step, rows in enumerate(torch.from_numpy(minibatches), start=1):
        gradient, loss = loss_gradient(params, images[rows], labels[rows], config.norm)
        if config.inner_optimizer == "sgd":
            params = add(params, gradient, -lr)
        else:
            params, second = adam_step(params, gradient, second, step, lr)
        losses.append(loss)
    return params, sum(losses) / max(len(losses), 1)


def loss_gradient(
    params: Params, images: Tensor, labels: Tensor, norm: str
) -> tuple[Params, float]:
    """Return the gradient of the loss with respect to every parameter, and its value."""
    leaves = {name: tensor.detach().requires_grad_() for name, tensor in params.items()}
    loss = targets_of(labels).loss(logits(leaves, images, norm), labels)
    gradients = torch.autograd.grad(loss, list(leaves.values()))
    return dict(zip(leaves, gradients, strict=True)), loss.item()


def adam_step(
    params: Params, gradient: Params, second: Params, step: int, lr: float
) -> tuple[Params, Params]:
    """Return the parameters and second moments after Adam's step number ``step`` with beta1 = 0.

    Kingma and Ba 2015, algorithm 1, with the first moment replaced by the gradient itself.
    """
    correction = 1 - BETA2**step
    moved, moments = {}, {}
    for name, g in gradient.items():
        moments[name] = torch.addcmul(second[name] * BETA2, g, g, value=1 - BETA2)
        root = (moments[name] / correction).sqrt_().add_(EPSILON)
        moved[name] = torch.addcdiv(params[name], g, root, value=-lr)
    return moved, moments
