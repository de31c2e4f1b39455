"""How images and parameters lie in memory for ``fast.py``: as rows of 2 x 2 blocks of pixels.

A 3 x 3 convolution of stride 2 and padding 1 reads for every output one block whole, and the near
pixels of the blocks to its left, above, and between.
"""

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from treemeta.config import Config
from treemeta.defaults import GREY, SIDE
from treemeta.learn.network import BLOCKS, init_params
from treemeta.learn.params import Params, body, flatten, unflatten
from treemeta.randomness import generator

PIXELS = ((0, 0), (0, 1), (1, 1), (1, 0))  # of a block, in the order in which they lie
# The blocks that an output reads (rows up, columns left of its own), and which of their pixels.
READS = (((0, 0), (0, 4)), ((0, 1), (1, 3)), ((1, 0), (2, 4)), ((1, 1), (2, 3)))
# The entry of the 3 x 3 kernel that meets each pixel read, in that order.
TAPS = [
    3 * (a - 1 if up else a + 1) + (b - 1 if left else b + 1)
    for (up, left), (start, stop) in READS
    for a, b in PIXELS[start:stop]
]


class Layout:
    """How parameters lie in one vector: kernels as matrices, the head as the last map lies."""

    def __init__(self, like: Params):
        self.blocks = sum(name.startswith("conv") for name in like)
        self.filters, self.ways = len(like["conv1.weight"]), len(like["head.bias"])
        self.like = {name: tensor.to("meta") for name, tensor in like.items()}
        at = unflatten(torch.arange(sum(tensor.numel() for tensor in like.values())), like)
        pieces = []
        for block in range(1, self.blocks + 1):
            kernel = at[f"conv{block}.weight"].flatten(2).permute(2, 1, 0)  # 9, inputs, filters
            pieces.append((kernel if block == 1 else kernel[TAPS]).flatten(0, 1))
            pieces += [at[f"norm{block}.scale"], at[f"norm{block}.shift"]]
        head = at["head.weight"].view(self.ways, self.filters, -1).transpose(1, 2)
        pieces += [head.flatten(1), at["head.bias"]]
        self.shapes = [piece.shape for piece in pieces]
        self.order = torch.cat([piece.flatten() for piece in pieces])
        self.inverse = self.order.argsort()
        # Where the parameters without the head lie, as ``flatten(body(params))`` orders them.
        self.body = self.inverse[flatten(body(at))]

    def pack(self, params: Params) -> Tensor:
        """Return parameters as a vector in this layout, whatever the order of their names."""
        vector = flatten({name: params[name] for name in self.like})
        return vector.index_select(0, self.order.to(vector.device))

    def unpack(self, vector: Tensor) -> Params:
        """Return a vector of this layout as parameters."""
        return unflatten(vector.index_select(0, self.inverse.to(vector.device)), self.like)

    def views(self, vectors: Tensor) -> list[Tensor]:
        """Return views of ``Tensor[B, dim]``: weight, scale and shift of each layer, then the
        head's weight and bias."""
        pieces = torch.split(vectors, [shape.numel() for shape in self.shapes], dim=1)
        return [p.view(-1, *shape) for p, shape in zip(pieces, self.shapes, strict=True)]


class Packing:
    """How parameters of any network lie in one vector: one after the other, in one order."""

    def __init__(self, like: Params):
        self.like = like

    def pack(self, params: Params) -> Tensor:
        """Return parameters as a vector, whatever the order of their names."""
        return flatten({name: params[name] for name in self.like})

    def unpack(self, vector: Tensor) -> Params:
        """Return a vector of this layout as parameters."""
        return unflatten(vector, self.like)


def packing_of(config: Config) -> "Layout | Packing":
    """Return how the config's parameters lie in one vector, a layout for ``fast.py`` or another."""
    if config.network in BLOCKS:
        return layout_of(config)
    return Packing(init_params(config, generator(0)))


@lru_cache
def layout_of(config: Config) -> Layout:
    """Return the layout of the config's parameters."""
    return Layout(init_params(config, generator(0)))


def is_fast(config: Config) -> bool:
    """Return whether ``fast.py`` knows a config's network: convolutions with batch norm, of grey
    inputs of 28 x 28."""
    return config.network in BLOCKS and config.norm == "batch" and config.shape == GREY


def first_patches(images: Tensor) -> Tensor:
    """Return ``Tensor[n, 196, 10]`` for ``Tensor[n, 1, 28, 28]``: the pixels that each output of
    the first layer reads, and a one."""
    edges = images.new_tensor([0, 1]).expand(len(images), 2)  # what lies outside, and the one
    padded = torch.cat([images.flatten(1), edges], 1)
    return padded.index_select(1, _first_reads().to(images.device)).view(len(images), -1, 10)


@lru_cache
def _first_reads() -> Tensor:
    pixels = np.full((SIDE + 2, SIDE + 2), SIDE**2)
    pixels[1:-1, 1:-1] = np.arange(SIDE**2).reshape(SIDE, SIDE)
    outputs = [
        (2 * (i + a), 2 * (j + b))
        for i in range(0, SIDE // 2, 2)
        for j in range(0, SIDE // 2, 2)
        for a, b in PIXELS
    ]
    reads = [[*pixels[i : i + 3, j : j + 3].flat, SIDE**2 + 1] for i, j in outputs]
    return torch.tensor(reads).flatten()


def to_blocks(maps: Tensor, blocks: Tensor) -> None:
    """Write maps ``Tensor[B, n, side, side, c]`` as ``Tensor[B, n, half, half, 4, c]``; where
    ``side`` is odd, pixels beyond the edge are left as they are."""
    for pixel, (a, b) in enumerate(PIXELS):
        part = maps[:, :, a::2, b::2]
        blocks[:, :, : part.shape[2], : part.shape[3], pixel] = part


def from_blocks(blocks: Tensor, maps: Tensor) -> None:
    """Write blocks as maps: the inverse of ``to_blocks``."""
    for pixel, (a, b) in enumerate(PIXELS):
        part = maps[:, :, a::2, b::2]
        part.copy_(blocks[:, :, : part.shape[2], : part.shape[3], pixel])
