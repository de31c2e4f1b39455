"""Networks of rows of features: a perceptron of two hidden layers, or one linear layer.

The last layer is linear: it says which combinations of what the hidden layers see are likely to
matter, as the head's weights are all alike before a support is seen.
"""

import math

import torch
from numpy.random import Generator
from torch import Tensor

from treemeta.config import Config
from treemeta.learn.params import Params

HIDDEN = {"mlp": 2, "linear": 0}
GAIN = 5 / 3  # of tanh
SPREAD = 2.0  # where the units of the first layer bend, in deviations of their inputs


def init_dense(config: Config, rng: Generator) -> Params:
    """Draw the layers of a fresh network, without a head."""
    (width,), params = config.shape, Params()
    for layer in range(1, HIDDEN[config.network] + 1):
        params[f"dense{layer}.weight"] = _normal(config.filters, width, GAIN, rng)
        params[f"norm{layer}.scale"] = torch.ones(config.filters)
        shift = rng.uniform(-SPREAD, SPREAD, config.filters) if layer == 1 else 0.0
        params[f"norm{layer}.shift"] = torch.zeros(config.filters) + torch.as_tensor(shift).float()
        width = config.filters
    params[f"dense{HIDDEN[config.network] + 1}.weight"] = _normal(config.filters, width, 1.0, rng)
    return params


def _normal(rows: int, columns: int, gain: float, rng: Generator) -> Tensor:
    drawn = rng.standard_normal((rows, columns), dtype="float32")
    return torch.from_numpy(drawn * (gain / math.sqrt(columns)))


def is_dense(params: Params) -> bool:
    """Whether parameters are those of a network of rows."""
    return "dense1.weight" in params


def dense_features(params: Params, rows: Tensor) -> Tensor:
    """Return ``Tensor[..., n, filters]`` for rows ``Tensor[..., n, features]``; no row has a say in
    another's. Parameters may have the same leading axes: a network for each episode."""
    last = sum(name.startswith("dense") for name in params)
    hidden = rows
    for layer in range(1, last):
        hidden = hidden @ params[f"dense{layer}.weight"].mT
        scale, shift = params[f"norm{layer}.scale"], params[f"norm{layer}.shift"]
        hidden = torch.tanh(torch.addcmul(shift[..., None, :], hidden, scale[..., None, :]))
    return hidden @ params[f"dense{last}.weight"].mT
