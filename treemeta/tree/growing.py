"""A node in training."""

from dataclasses import dataclass

from treemeta.learn.trainee import Trainee
from treemeta.store.evidence import Evidence
from treemeta.store.records import depth_of


@dataclass(frozen=True)
class Growing:
    """A node in training, where on the path it started, the mean loss of its latest step, what was
    found of its splits, and how well it was supported where it began."""

    trainee: Trainee
    start: int
    support: float | None = None
    loss: float | None = None
    evidence: tuple[Evidence, ...] = ()

    @property
    def depth(self) -> int:
        """The number of splits above it."""
        return depth_of(self.trainee.name)
