"""The network's gradient at the machine's speed: a few matrix products, without autograd.

``network.py`` says what is computed; this module computes the same for ``B`` inits at once (1 on a
CPU, where that is fastest; many on a GPU). ``layout.py`` says how everything lies. Each convolution
is four products, three of them shifted by a block; the first is linear in patches that are known
beforehand, so its batch norm is folded into its weights. All buffers and all views of them are made
once: on small images, making them takes longer than the arithmetic.
"""

from functools import lru_cache
from itertools import pairwise

import torch
from torch import Tensor

from treemeta.defaults import SIDE
from treemeta.learn.fast_layers import First, Later
from treemeta.learn.layout import Layout, from_blocks, to_blocks


class Network:
    """Features of ``B`` inits with ``n`` images each, and their gradients.

    ``values`` and ``gradients`` are ``Tensor[B, dim]`` in the given layout; ``head`` and
    ``head_gradients`` are views of their ends.
    """

    def __init__(
        self, layout: Layout, inits: int, n: int, device: torch.device, dtype: torch.dtype
    ):
        self.values = torch.zeros(inits, len(layout.order), device=device, dtype=dtype)
        self.gradients = torch.zeros_like(self.values)
        values, gradients = layout.views(self.values), layout.views(self.gradients)
        self.head, self.head_gradients = values[-2:], gradients[-2:]
        self.head_transposed = values[-2].transpose(1, 2)
        side = SIDE // 2
        self.first = First(values[:3], gradients[:3], n * side * side)
        self.later: list[Later] = []
        for at in range(3, 3 * layout.blocks, 3):
            side = (side + 1) // 2
            self.later.append(Later(values[at : at + 3], gradients[at : at + 3], n, side))
        self._features = self.later[-1].maps.flatten(2)
        self.pull = torch.zeros_like(self._features)  # room for the gradient of the features
        self.work = torch.zeros_like(self.values)  # room for an optimiser

    def features(self, patches: Tensor, mean: Tensor, covariance: Tensor) -> Tensor:
        """Return ``Tensor[B, n, width]``, given the first layer's input as ``First.forward``."""
        self.first.forward(patches, mean, covariance, self.later[0].blocks)
        self.later[0].forward()
        for before, layer in pairwise(self.later):
            to_blocks(before.maps, layer.pixels)
            layer.forward()
        return self._features

    def backward(self, gradient: Tensor) -> None:
        """Set the gradients below the head, given those of the features, which are overwritten."""
        self.later[-1].backward(gradient.view_as(self.later[-1].maps))
        for before, layer in reversed(list(pairwise(self.later))):
            gradient = torch.empty_like(before.maps)
            from_blocks(layer.below_pixels, gradient)
            before.backward(gradient)
        self.first.backward(self.later[0].below)


def patch_moments(patches: Tensor) -> tuple[Tensor, Tensor]:
    """Return means ``Tensor[..., 1, 9]`` and covariances ``Tensor[..., 9, 9]`` of patches
    ``Tensor[..., rows, 10]``."""
    moments = (patches.mT @ patches).div_(patches.shape[-2])
    means = moments[..., 9:, :9]
    return means, moments[..., :9, :9] - means.mT * means


@lru_cache(maxsize=8)
def network(
    layout: Layout, inits: int, n: int, device: torch.device, dtype: torch.dtype
) -> Network:
    """Return the network of this shape, the same for every call: its buffers are used again."""
    return Network(layout, inits, n, device, dtype)
