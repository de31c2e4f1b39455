"""What is trained of nodes that are not finished, so that whoever is killed loses a minute of it.

What a trainee becomes is a function of where a stretch of its training begins: its name, its trunk
and its step. So a stretch that was trained before need not be trained again, nor a deal probed.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from treemeta.learn.trainee import Trainee
from treemeta.tree.evidence import Statistics
from treemeta.tree.growing import Growing

AWHILE = 60.0  # seconds of work that may be lost unless somebody says how many steps
FEW = 10  # steps of which the pace is measured where there is none yet
Key = tuple[str, str, int]  # a trainee's name and trunk, and its step where a stretch began


@dataclass
class Reached:
    """How far a stretch has brought a trainee, and the loss of each of its steps."""

    trainee: Trainee
    losses: list[float] = field(default_factory=list)


@dataclass
class Held:
    """A node as it was weighed last, and the losses of all of its steps."""

    growing: Growing
    losses: list[float]


class Memory:
    """Stretches, nodes and deals; now and then all of it is handed to ``write``: every so many
    steps, or else once in a while."""

    def __init__(self, write: Callable[["Memory"], None] | None = None, every: int = 0):
        self.stretches: dict[Key, Reached] = {}
        self.held: dict[str, Held] = {}
        self.deals: dict[tuple[str, int], list[Statistics]] = {}
        self._write, self._every = write, every
        self._written, self._steps = time.monotonic(), 0

    def recall(self, trainees: Sequence[Trainee], stops: Mapping[str, int]) -> list[Reached]:
        """Return how far trainees that begin a stretch were trained before, not beyond their stops;
        those of one trunk to the same step."""
        found = [self._chain(one, stops[one.name]) for one in trainees]
        apart = {
            one.trainee.trunk
            for one in found
            for other in found
            if one.trainee.trunk == other.trainee.trunk and one.trainee.step != other.trainee.step
        }
        return [
            Reached(start) if start.trunk and start.trunk in apart else one
            for start, one in zip(trainees, found, strict=True)
        ]

    def _chain(self, start: Trainee, stop: int) -> Reached:
        reached = Reached(start)
        while found := self.stretches.get(key_of(reached.trainee)):
            if not reached.trainee.step < found.trainee.step <= stop:
                break
            if found.trainee.tasks != reached.trainee.tasks:  # found by another cut
                break
            reached = Reached(found.trainee, reached.losses + found.losses)
        return reached

    def note(self, stretches: Mapping[str, tuple[Trainee, Reached]], steps: int) -> None:
        """Note how far trainees have come from where they began, which took so many steps more."""
        for start, reached in stretches.values():
            self.stretches[key_of(start)] = reached
        self._steps += steps
        self._tell()

    def note_deals(self, trainee: Trainee, of_deals: list[Statistics]) -> None:
        """Note the statistics of all deals that a node was compared with so far."""
        self.deals[trainee.name, trainee.step] = of_deals
        self._tell()

    def hold(self, growing: Growing) -> None:
        """Note a node that trains on after it was weighed: what led there is needed no more."""
        name, now = growing.trainee.name, growing.trainee.step
        before = self.held.get(name)
        start = before.growing.trainee.step if before else growing.start
        losses = list(before.losses) if before else []
        while start < now and (found := self.stretches.get((name, growing.trainee.trunk, start))):
            losses, start = losses + found.losses, found.trainee.step
        self.held[name] = Held(growing, losses)
        self._forget(lambda other, _: other.startswith(name))

    def settle(self, name: str, trunk: str) -> None:
        """Forget a node that is stored, and would-be children of it that have another trunk than it
        gave them. Those beside it need its own stretches if they share a trunk with it."""

        def needless(other: str, shared: str) -> bool:
            return (other == name and not shared) or (other[:-1] == name and shared != trunk)

        self.held.pop(name, None)
        self._forget(needless)

    def _forget(self, needless: Callable[[str, str], bool]) -> None:
        for key in [key for key in self.stretches if needless(key[0], key[1])]:
            del self.stretches[key]
        for at in [at for at in self.deals if needless(at[0], "")]:
            del self.deals[at]

    def stride(self) -> int:
        """Return how many steps may be taken before something must be noted."""
        if self._every:
            return max(1, self._every - self._steps)
        pace = self._steps / max(time.monotonic() - self._written, 1e-9)
        return max(1, round(pace * AWHILE)) if self._steps else FEW

    def _tell(self) -> None:
        late = time.monotonic() - self._written >= AWHILE
        if self._write and (self._steps >= self._every if self._every else late):
            self.write()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to hand over."""
        return not (self.stretches or self.held or self.deals)

    def write(self) -> None:
        """Hand over what there is."""
        if self._write and not self.is_empty:
            self._write(self)
        self._written, self._steps = time.monotonic(), 0


def key_of(start: Trainee) -> Key:
    """Return what a stretch is known by that begins with this trainee."""
    return start.name, start.trunk, start.step
