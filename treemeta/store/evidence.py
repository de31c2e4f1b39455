"""What is known of a split that was weighed: against chance, of conflict, and from trials."""

from dataclasses import dataclass

Groups = tuple[tuple[str, ...], ...]  # of tasks, by their names


@dataclass(frozen=True)
class Conflict:
    """How the mean gradients of two proposed children, by number, point to each other: their cosine
    without noise, with its 95 % interval over tasks. Below 0, what helps one hurts the other; it is
    ``None`` where a gradient is all noise, the interval where a child has one task."""

    a: int
    b: int
    cosine: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Tried:
    """What children gained in a trial in which they shared so much, ``none`` or ``trunk``: the mean
    over tasks, with its 95 % interval."""

    share: str
    gain: float
    low: float
    high: float


@dataclass(frozen=True)
class Moved:
    """A task that left the child it was cut to for another, by name, when a trial was over."""

    task: str
    before: str
    after: str


@dataclass(frozen=True)
class Forecast:
    """What children were expected to gain on unseen tasks before any was trained, over the node
    gone on as long, with its 90 % interval."""

    gain: float
    low: float
    high: float


@dataclass(frozen=True)
class Evidence:
    """Why a node was split at a step of its path, or was not.

    ``variance`` is the replicated variance between tasks on the scale of ``products.variance``,
    ``cohesion`` the held-out cohesion of the best cut; the p-values compare both with dealt
    classes, or turned tasks, and are ``None`` under rule always. ``stability`` is that of the least
    stable child.
    ``gain`` is by how much accuracy the children beat the node gone on alone, with its 95 %
    interval, where the split was tried; ``trial_steps`` are the meta-steps that took in vain.
    ``conflicts`` are those of all pairs of children as they were proposed; ``merged`` says which of
    these became one child each, as they do not conflict (empty: none did). ``tried`` are the gains
    of all that children might share, of which ``gain`` is that of what was chosen. ``moved`` are
    the tasks that changed their child after the trial. ``forecast`` is of before the trial.
    ``proposed`` are the tasks of the children that ``conflicts`` number, whatever became of them;
    ``kept`` are the conflicts of the children that merging left (empty: nothing was merged).
    """

    step: int
    accepted: bool
    reason: str
    children: int | None = None
    variance: float | None = None
    p_variance: float | None = None
    cohesion: float | None = None
    p_cut: float | None = None
    stability: float | None = None
    deals: int = 0
    gain: float | None = None
    gain_low: float | None = None
    gain_high: float | None = None
    trial_steps: int = 0
    conflicts: tuple[Conflict, ...] = ()
    merged: tuple[tuple[int, ...], ...] = ()
    tried: tuple[Tried, ...] = ()
    moved: tuple[Moved, ...] = ()
    forecast: Forecast | None = None
    proposed: Groups = ()
    kept: tuple[Conflict, ...] = ()

    @property
    def between_children(self) -> tuple[Conflict, ...]:
        """The conflicts of the children that were tried, which are those proposed unless some were
        merged; of the proposed where that is all that was stored."""
        return self.kept or self.conflicts
