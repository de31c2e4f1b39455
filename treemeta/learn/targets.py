"""The seam between what tasks tell, classes or numbers, and how that is learned."""

from typing import Protocol

from torch import Tensor

from treemeta.learn import classes, numbers
from treemeta.learn.params import Params


class Targets(Protocol):
    """What an episode's labels are, ``int64[n]`` or ``float32[n]``, and what follows from that."""

    def fresh(self, width: int) -> Params:
        """Return a solved head's parameters before it has learned anything."""
        ...

    def loss(self, outputs: Tensor, labels: Tensor) -> Tensor:
        """Return what a network's outputs ``Tensor[n, ways]`` cost."""
        ...

    def episode_losses(
        self, params: Params, support: Tensor, labels: Tensor, query: Tensor, asked: Tensor
    ) -> Tensor:
        """Return what an episode costs, from its features, with the head solved."""
        ...

    def outputs(self, params: Params, support: Tensor, labels: Tensor, query: Tensor) -> Tensor:
        """Return what a head that is solved on a support gives out at queries."""
        ...

    def answers(self, outputs: Tensor) -> Tensor:
        """Return outputs as what may be averaged over nodes."""
        ...

    def mark(self, answers: Tensor, labels: Tensor) -> float:
        """Return how well queries are answered."""
        ...

    def support_likelihood(
        self, params: Params, support: Tensor, labels: Tensor, route: str, scale: float | None
    ) -> Tensor:
        """Return how likely a support is under a node, as a logarithm."""
        ...


def targets_of(labels: Tensor) -> Targets:
    """Return what such labels are."""
    return numbers if labels.is_floating_point() else classes


def targets_named(kind: str) -> Targets:
    """Return the targets that a config names."""
    return numbers if kind == "numbers" else classes
