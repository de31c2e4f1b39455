"""Gradient surgery: what an episode asks for, less what that would take from the others."""

import torch
from numpy.random import Generator
from torch import Tensor


def projected(gradients: Tensor, rng: Generator) -> Tensor:
    """Return gradients ``Tensor[n, dim]``, each projected onto the normal plane of every other that
    it conflicts with, in an order drawn for each (PCGrad: Yu et al. 2020, algorithm 1)."""
    kept = []
    for i, gradient in enumerate(gradients):
        others = [j for j in range(len(gradients)) if j != i]
        for j in rng.permutation(others).astype(int):
            along = gradient @ gradients[j]
            if along < 0:
                gradient = gradient - along / (gradients[j] @ gradients[j]) * gradients[j]
        kept.append(gradient)
    return torch.stack(kept)
