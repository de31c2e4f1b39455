"""The outer Adam: a step of a trainee along a gradient."""

from dataclasses import replace

import torch
from torch import Tensor

from treemeta.learn.params import flatten, unflatten
from treemeta.learn.trainee import Moments, Trainee

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8  # PyTorch's defaults


def adam_step(trainee: Trainee, gradient: Tensor, lr: float) -> Trainee:
    """Return a trainee after a step of Adam along a gradient ``Tensor[dim]`` (Kingma and Ba 2015,
    algorithm 1)."""
    zeros = torch.zeros_like(gradient)
    seen = trainee.moments or Moments(zeros, zeros, 0)
    count = seen.count + 1
    first = torch.lerp(seen.first, gradient, 1 - BETA1)
    second = torch.lerp(seen.second, gradient.square(), 1 - BETA2)
    root = (second / (1 - BETA2**count)).sqrt_().add_(EPSILON)
    vector = torch.addcdiv(flatten(trainee.init), first, root, value=-lr / (1 - BETA1**count))
    moments = Moments(first, second, count)
    init = unflatten(vector, trainee.init)
    return replace(trainee, step=trainee.step + 1, init=init, moments=moments)
