"""Heads in closed form."""

import torch
from torch import Tensor

from treemeta.errors import ConfigError


def ridge_head(features: Tensor, targets: Tensor, penalty: float) -> Tensor:
    """Return ``Tensor[..., width, ways]``, the head that ridge regression fits to an episode.

    Minimises ``|features @ W - targets|^2 + lambda |W|^2`` for features ``Tensor[..., n, width]``
    and targets ``Tensor[..., n, ways]``, solved in its dual of size n (Bertinetto et al. 2019,
    eq. 6). ``lambda`` is ``penalty`` times the mean squared length of a feature vector, so that the
    scale of the features does not matter. Raises ``ConfigError`` for features that are not finite.
    """
    kernel = features @ features.mT
    strength = penalty * kernel.diagonal(dim1=-2, dim2=-1).mean(-1)[..., None, None]
    eye = torch.eye(kernel.shape[-1], dtype=kernel.dtype, device=kernel.device)
    try:
        return features.mT @ torch.linalg.solve(kernel + strength * eye, targets)
    except torch.linalg.LinAlgError as error:  # type: ignore[attr-defined]
        raise diverged("the features of an episode are not finite") from error


def diverged(what: str) -> ConfigError:
    """Return the error for training that left the finite numbers."""
    return ConfigError(f"{what}, training diverged: lower --inner-lr or --meta-step-size")
