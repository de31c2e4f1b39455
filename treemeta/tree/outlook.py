"""What is to be expected of a node's tasks, were they parted: a record that needs no tensors."""

from dataclasses import dataclass, field

from treemeta.store.evidence import Conflict, Forecast


@dataclass(frozen=True)
class Outlook:
    """The groups that a node's tasks would be parted into and their mean losses, how their
    gradients conflict, on the whole and in each layer (the least cosine of any two), and the gain
    to expect ``steps`` on. One group has nothing to gain: there is no forecast.

    ``episodes`` of each task told it, at the ``price`` of so much of what training children takes.
    """

    step: int
    steps: int
    episodes: int
    price: float
    groups: tuple[tuple[str, ...], ...]
    losses: tuple[float, ...]
    conflicts: tuple[Conflict, ...] = ()
    layers: dict[str, float] = field(default_factory=dict)
    forecast: Forecast | None = None
