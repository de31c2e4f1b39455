"""Heads in closed form."""

import torch
from torch import Tensor


def ridge_head(features: Tensor, targets: Tensor, penalty: float) -> Tensor:
    """Return ``Tensor[width, ways]``, the head that ridge regression fits to an episode.

    Minimises ``|features @ W - targets|^2 + lambda |W|^2`` for features ``Tensor[n, width]`` and
    targets ``Tensor[n, ways]``, solved in its dual of size n (Bertinetto et al. 2019, eq. 6).
    ``lambda`` is ``penalty`` times the mean squared length of a feature vector, so that the scale
    of the features does not matter.
    """
    kernel = features @ features.T
    strength = penalty * kernel.diagonal().mean()
    eye = torch.eye(len(kernel), dtype=kernel.dtype, device=kernel.device)
    return features.T @ torch.linalg.solve(kernel + strength * eye, targets)
