"""Networks as functions of their parameters: convolutional ones of the few-shot literature here.

``conv2`` is two 3 x 3 convolutions of 64 channels with stride 2 and a dense layer; ``conv4`` is the
four-block network of the Omniglot papers (Vinyals et al. 2016; strided as in Finn et al. 2017).
"""

import math

import torch
from numpy.random import Generator
from torch import Tensor
from torch.nn import functional as F

from treemeta.config import Config
from treemeta.learn.dense import dense_features, init_dense, is_dense
from treemeta.learn.own import (
    init_own,
    is_own,
    own_features,
    own_features_and_buffers,
    own_features_given,
    width_of,
)
from treemeta.learn.params import Params

BLOCKS = {"conv2": 2, "conv4": 4}
# The mean and the variance of each norm, Tensor[filters]; of somebody's own network its buffers.
Statistics = list[tuple[Tensor, Tensor]] | Params


def init_params(config: Config, rng: Generator) -> Params:
    """Draw a fresh initialisation (He et al. 2015); the head ends in ``config.ways`` outputs."""
    if config.network == "own":
        params = init_own(config.module, rng)
        shape = config.shape if config.of_rows else (*config.shape, config.size)
        return params | _fresh_head(config, width_of(params, shape), rng)
    if config.of_rows:
        params = init_dense(config, rng)
        return params | _fresh_head(config, config.filters, rng)
    params = Params()
    channels, side = config.shape
    for block in range(1, BLOCKS[config.network] + 1):
        shape = (config.filters, channels, 3, 3)
        params[f"conv{block}.weight"] = _he_normal(shape, 9 * channels, rng)
        params[f"norm{block}.scale"] = torch.ones(config.filters)
        # Under batch norm a bias of the convolution has no gradient: the shift is the bias.
        params[f"norm{block}.shift"] = torch.zeros(config.filters)
        side, channels = (side + 1) // 2, config.filters
    return params | _fresh_head(config, channels * side * side, rng)


def _fresh_head(config: Config, width: int, rng: Generator) -> Params:
    return {
        "head.weight": _he_normal((config.ways, width), width, rng) * math.sqrt(0.5),
        "head.bias": torch.zeros(config.ways),
    }


def _he_normal(shape: tuple[int, ...], fan_in: int, rng: Generator) -> Tensor:
    drawn = rng.standard_normal(shape, dtype="float32") * math.sqrt(2 / fan_in)
    return torch.from_numpy(drawn)


def features(params: Params, images: Tensor, norm: str) -> Tensor:
    """Return ``Tensor[n, width]`` for images ``Tensor[n, channels, side, side]``, normalised as one
    batch; for rows ``Tensor[..., n, features]`` one by one, with leading axes as they are."""
    if is_own(params):
        return own_features(params, images)
    if is_dense(params):
        return dense_features(params, images)
    hidden = images
    for block in _blocks(params):
        hidden = F.conv2d(hidden, params[f"conv{block}.weight"], stride=2, padding=1)
        scale, shift = params[f"norm{block}.scale"], params[f"norm{block}.shift"]
        if norm == "batch":
            hidden = F.batch_norm(hidden, None, None, scale, shift, training=True)
        else:
            hidden = hidden * scale[:, None, None] + shift[:, None, None]
        hidden = F.relu(hidden, inplace=True)  # it is nobody else's, and memory takes time
    return hidden.flatten(1)


def channels_last(params: Params) -> Params:
    """Return the same values with convolutions laid out channels last, which whole episodes run
    through in four fifths of the time on a CPU; in other bits."""
    last = torch.channels_last
    return {n: p.to(memory_format=last) if p.dim() == 4 else p for n, p in params.items()}


def logits(params: Params, images: Tensor, norm: str) -> Tensor:
    """Return ``Tensor[n, ways]``, normalised as one batch."""
    return F.linear(features(params, images, norm), params["head.weight"], params["head.bias"])


def norm_statistics(params: Params, images: Tensor) -> Statistics:
    """Return what batch norm sees in ``images`` at each of its layers."""
    return features_and_statistics(params, images)[1]


def features_and_statistics(params: Params, images: Tensor) -> tuple[Tensor, Statistics]:
    """Return ``Tensor[n, width]`` normalised as one batch, and what batch norm sees there."""
    if is_own(params):
        return own_features_and_buffers(params, images)
    hidden, statistics = images, []
    for block in _blocks(params):
        hidden = F.conv2d(hidden, params[f"conv{block}.weight"], stride=2, padding=1)
        mean, variance = hidden.new_zeros(2, hidden.shape[1])
        scale, shift = params[f"norm{block}.scale"], params[f"norm{block}.shift"]
        # torch.var_mean takes twenty times as long as this, which keeps the unbiased variance.
        hidden = F.batch_norm(hidden, mean, variance, scale, shift, training=True, momentum=1.0)
        rows = hidden.numel() // len(mean)
        statistics.append((mean, variance * ((rows - 1) / rows)))
        hidden = F.relu(hidden, inplace=True)
    return hidden.flatten(1), statistics


def features_given(params: Params, images: Tensor, statistics: Statistics) -> Tensor:
    """Return ``Tensor[n, width]`` under fixed norm statistics: no image has a say in another's."""
    if isinstance(statistics, dict):
        return own_features_given(params, images, statistics)
    hidden = images
    for block, given in zip(_blocks(params), statistics, strict=True):
        hidden = F.conv2d(hidden, params[f"conv{block}.weight"], stride=2, padding=1)
        hidden = F.relu(_normalise(hidden, given, params, block))
    return hidden.flatten(1)


def logits_given(params: Params, images: Tensor, statistics: Statistics) -> Tensor:
    """Return ``Tensor[n, ways]`` under fixed norm statistics."""
    hidden = features_given(params, images, statistics)
    return F.linear(hidden, params["head.weight"], params["head.bias"])


def _normalise(hidden: Tensor, given: tuple[Tensor, Tensor], params: Params, block: int) -> Tensor:
    scale, shift = params[f"norm{block}.scale"], params[f"norm{block}.shift"]
    return F.batch_norm(hidden, given[0], given[1], scale, shift, training=False)


def _blocks(params: Params) -> range:
    return range(1, 1 + sum(name.startswith("conv") for name in params))
