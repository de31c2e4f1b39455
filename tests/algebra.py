"""What tests say of parameters beside what training needs."""

from collections.abc import Iterable

import torch

from treemeta.learn.params import Params, add


def subtract(a: Params, b: Params) -> Params:
    """Return ``a - b``, entry by entry."""
    return add(a, b, -1.0)


def mean(many: Iterable[Params]) -> Params:
    """Return the mean of several parameter sets."""
    many = list(many)
    return {name: torch.stack([params[name] for params in many]).mean(0) for name in many[0]}
