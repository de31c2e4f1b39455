"""What is to be expected of a node's tasks, were they parted: a record that needs no tensors."""

from dataclasses import dataclass, field

from treemeta.store.evidence import Conflict, Forecast, Groups


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
    groups: Groups
    losses: tuple[float, ...]
    conflicts: tuple[Conflict, ...] = ()
    layers: dict[str, float] = field(default_factory=dict)
    forecast: Forecast | None = None

    @property
    def verdict(self) -> str:
        """Whether the tasks should share a model, in one sentence."""
        one = self.forecast
        if sum(map(len, self.groups)) == 1:
            return "one task has none to share a model with"
        if one is None:
            return "no two groups conflict: they should share one model"
        gain = f"{one.gain:+z.3f} ({one.low:+z.3f} to {one.high:+z.3f}, 90 %)"
        said = f"children of {self.steps} more steps are expected to gain {gain} on unseen tasks"
        if one.low > 0:
            return f"{said}: give each group a model of its own"
        return f"{said}: one model may do as well"
