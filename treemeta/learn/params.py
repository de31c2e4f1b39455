"""Algebra on parameters: a model is a dict of tensors, and an update is an expression."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

Params = dict[str, Tensor]
LATER = ("head.log_constant",)  # without it the variance is 1


def device_of(params: Params) -> torch.device:
    """Return the device on which all of the parameters lie."""
    return next(iter(params.values())).device


def add(a: Params, b: Params, scale: float = 1.0) -> Params:
    """Return ``a + scale * b``, entry by entry."""
    return {name: torch.add(a[name], b[name], alpha=scale) for name in a}


def mean(several: Sequence[Params], weights: Sequence[float] = ()) -> Params:
    """Return the mean of parameters, entry by entry, each by its weight if there are any."""
    counts = weights or [1] * len(several)
    shared = [(n / sum(counts), one) for n, one in zip(counts, several, strict=True)]
    return {
        name: torch.stack([share * one[name] for share, one in shared]).sum(0)
        for name in several[0]
    }


def flatten(params: Params) -> Tensor:
    """Return all entries as one vector, in the dict's order."""
    return torch.cat([tensor.reshape(-1) for tensor in params.values()])


def unflatten(vector: Tensor, like: Params) -> Params:
    """Return a vector as parameters of the shapes of ``like``; the inverse of ``flatten``."""
    pieces = torch.split(vector, [tensor.numel() for tensor in like.values()])
    return {
        name: piece.view_as(tensor)
        for (name, tensor), piece in zip(like.items(), pieces, strict=True)
    }


def body(params: Params) -> Params:
    """Return the parameters without the head: what a direction is made of."""
    return {name: tensor for name, tensor in params.items() if not name.startswith("head.")}


def ordered(params: Params) -> Params:
    """Return parameters in the order of the network's layers, the head last, however they came: the
    order in which a direction lists its entries."""

    def place(name: str) -> tuple[bool, str, str]:
        layer, _, _ = name.partition(".")
        return name.startswith("head."), layer.lstrip("abcdefghijklmnopqrstuvwxyz").zfill(3), name

    return {name: params[name] for name in sorted(params, key=place)}


def to_arrays(params: Params) -> dict[str, np.ndarray]:
    """Return parameters as the arrays that are stored."""
    return {name: tensor.cpu().numpy() for name, tensor in params.items()}


def fits(arrays: Mapping[str, np.ndarray], like: Params) -> bool:
    """Whether stored arrays are parameters of the network of ``like``: its names and shapes, but
    for what was stored before there were ``LATER`` ones, and finite numbers."""
    shapes = {
        name: tuple(tensor.shape)
        for name, tensor in like.items()
        if name in arrays or name not in LATER
    }
    if {name: array.shape for name, array in arrays.items()} != shapes:
        return False
    return all(a.dtype == np.float32 and bool(np.isfinite(a).all()) for a in arrays.values())


def from_arrays(arrays: Mapping[str, np.ndarray], device: str = "cpu") -> Params:
    """Return stored arrays as parameters on a device, in the order of the network's layers."""
    return ordered({name: torch.from_numpy(array).to(device) for name, array in arrays.items()})
