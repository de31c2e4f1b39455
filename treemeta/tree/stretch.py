"""Meta-training nodes side by side, each up to the next step at which it is asked to split."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn.learner import learner_of
from treemeta.learn.ridge import diverged
from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.store.evidence import Evidence
from treemeta.store.records import Node, depth_of
from treemeta.tasks.dataset import Dataset
from treemeta.tree.memory import Memory, Reached


@dataclass(frozen=True)
class Progress:
    """What growing says of itself: a node's name, its step on the path, and one of: its latest
    loss, its loss in a trial of a split, the number of deals its tasks were compared with, the
    evidence weighed, the whole node, now ``finished`` or ``found`` finished in the registry, the
    seconds that it was probed and compared for, those that the registry has been ``away``, that it
    is ``back``, the id of the tree in the registry here where it goes on as it is ``spooled``."""

    node: str
    step: int
    loss: float | None = None
    trial: float | None = None
    deals: int | None = None
    evidence: Evidence | None = None
    finished: Node | None = None
    found: Node | None = None
    seconds: float | None = None
    away: float | None = None
    back: bool = False
    spooled: str | None = None


Listen = Callable[[Progress], None]


@dataclass(frozen=True)
class Stretch:
    """One unit of growth: a node, or all that share a trunk, trained to the next stop."""

    config: Config
    dataset: Dataset
    trainees: tuple[Trainee, ...]
    stop: int


def path_end(config: Config) -> int:
    """Return the number of steps from the root to every leaf."""
    return 0 if config.arm == "scratch" else config.meta_steps


def next_stop(config: Config, trainee: Trainee) -> int:
    """Return the next step at which a node is asked, else the path's end."""
    later = (trainee.step // config.split_every + 1) * config.split_every
    return later if is_asked(config, trainee, later) else path_end(config)


def may_ask(config: Config, depth: int, step: int) -> bool:
    """Return whether a node is asked at this step: not at the path's end, where children could
    learn nothing, nor at the greatest depth."""
    return (
        config.arm == "tree"
        and step % config.split_every == 0
        and step < config.meta_steps
        and depth < config.max_depth
    )


def is_asked(config: Config, trainee: Trainee, step: int) -> bool:
    """Return whether a node is asked at this step; one that shares a trunk never is: its children
    could not leave the trunk alone, and those beside it train it too."""
    return not trainee.trunk and may_ask(config, depth_of(trainee.name), step)


def train_to_stop(
    setting: Setting, trainees: list[Trainee], listen: Listen, memory: Memory | None = None
) -> list[tuple[Trainee, float | None]]:
    """Meta-train every trainee to its next stop; return them with their latest mean losses."""
    stops = {one.name: next_stop(setting.config, one) for one in trainees}
    return train_to_stops(setting, trainees, stops, listen, memory)


def train_to_stops(
    setting: Setting,
    trainees: list[Trainee],
    stops: Mapping[str, int],
    listen: Listen,
    memory: Memory | None = None,
) -> list[tuple[Trainee, float | None]]:
    """Meta-train every trainee to the step that is its stop, from where it was brought before if
    that is in ``memory``.

    They go in lockstep, so that the work of all shares the workers or the GPU; where units are
    costly to send, each trainee is one.
    """
    memory = memory or Memory()
    reached = {one.name: Reached(one) for one in trainees}

    def hear(moved: Sequence[tuple[Trainee, list[float]]]) -> None:
        for trainee, losses in moved:
            for step, loss in enumerate(losses, start=reached[trainee.name].trainee.step + 1):
                if not math.isfinite(loss):
                    raise diverged(f"the loss of node {trainee.name} at step {step} is {loss}")
                listen(Progress(trainee.name, step, loss=loss))
        # All together: whoever is interrupted while it is told finds those of a trunk at one step.
        for trainee, losses in moved:
            reached[trainee.name].trainee = trainee
            reached[trainee.name].losses += losses

    hear([(known.trainee, known.losses) for known in memory.recall(trainees, stops)])
    begun = {one.name: (one, reached[one.name]) for one in trainees}
    while behind := [one.trainee for one in reached.values() if is_behind(one.trainee, stops)]:
        before = behind[0].step
        hear(advance(setting, behind, stops, memory.stride()))
        memory.note(begun, reached[behind[0].name].trainee.step - before)
    ends = [reached[one.name] for one in trainees]
    return [(one.trainee, one.losses[-1] if one.losses else None) for one in ends]


def is_behind(trainee: Trainee, stops: Mapping[str, int]) -> bool:
    """Whether a trainee has not reached its stop."""
    return trainee.step < stops[trainee.name]


def advance(
    setting: Setting, trainees: list[Trainee], stops: Mapping[str, int], stride: int
) -> list[tuple[Trainee, list[float]]]:
    """Train each of them on, with the losses of its steps: for one step here, for as many as
    ``stride`` elsewhere, but not beyond its stop."""
    if not setting.engine.remote:
        return [(one, [loss]) for one, loss in take_step(setting, trainees)]
    units = [
        Stretch(setting.config, setting.dataset, some, min(stops[some[0].name], at + stride))
        for some in together(trainees)
        for at in [some[0].step]
    ]
    return [*chain(*setting.engine.map(train_stretch, units))]


def take_step(setting: Setting, trainees: list[Trainee]) -> list[tuple[Trainee, float]]:
    """Take one outer step of every trainee; those at a point of the test curve keep a snapshot."""
    config = setting.config
    moved = learner_of(config).meta_step(setting, trainees)
    return [
        (replace(one, snapshots=(*one.snapshots, (one.step, one.init))), loss)
        if config.eval_every and one.step % config.eval_every == 0
        else (one, loss)
        for one, loss in moved
    ]


def together(trainees: Sequence[Trainee]) -> list[tuple[Trainee, ...]]:
    """Return trainees that may train apart from each other apart, those of one trunk together."""
    sharing: dict[str, list[Trainee]] = {}
    for one in trainees:
        sharing.setdefault(one.trunk or f" {one.name}", []).append(one)
    return list(map(tuple, sharing.values()))


def train_stretch(unit: Stretch) -> list[tuple[Trainee, list[float]]]:
    """Meta-train nodes to their next stop, here and in one thread; also return their losses."""
    trainees, losses = list(unit.trainees), [list[float]() for _ in unit.trainees]
    here = Setting(unit.config, unit.dataset, Engine(1))
    while trainees[0].step < unit.stop and all(map(math.isfinite, chain(*losses))):
        moved = take_step(here, trainees)
        trainees = [one for one, _ in moved]
        for own, (_, loss) in zip(losses, moved, strict=True):
            own.append(loss)
    return list(zip(trainees, losses, strict=True))
