"""Meta-training nodes side by side, each up to the next step at which it is asked to split."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn.reptile import Learner, meta_step
from treemeta.learn.ridge import diverged
from treemeta.store.records import Evidence, Node
from treemeta.tasks.dataset import Dataset


@dataclass(frozen=True)
class Progress:
    """What growing says of itself: a node's name, its step on the path, and one of: its latest
    loss, the number of deals its tasks were compared with, the evidence weighed, the whole node."""

    node: str
    step: int
    loss: float | None = None
    deals: int | None = None
    evidence: Evidence | None = None
    finished: Node | None = None


Listen = Callable[[Progress], None]


@dataclass(frozen=True)
class Stretch:
    """One unit of growth: a node's training up to its next stop."""

    config: Config
    dataset: Dataset
    learner: Learner
    stop: int


def path_end(config: Config) -> int:
    """Return the number of steps from the root to every leaf."""
    return 0 if config.arm == "scratch" else config.meta_steps


def next_stop(config: Config, depth: int, step: int) -> int:
    """Return the next step after ``step`` at which a node is asked, else the path's end."""
    later = (step // config.split_every + 1) * config.split_every
    return later if may_ask(config, depth, later) else path_end(config)


def may_ask(config: Config, depth: int, step: int) -> bool:
    """Return whether a node is asked at this step: not at the path's end, where children could
    learn nothing, nor at the greatest depth."""
    return (
        config.arm == "tree"
        and step % config.split_every == 0
        and step < config.meta_steps
        and depth < config.max_depth
    )


def train_to_stop(
    config: Config, dataset: Dataset, learners: list[Learner], engine: Engine, listen: Listen
) -> list[tuple[Learner, float | None]]:
    """Meta-train every learner to its next stop; return them with their latest mean losses.

    They go in lockstep, so that the inner loops of all share the workers or the GPU; where units
    are costly to send, each learner is one.
    """
    losses: dict[str, float] = {}
    stops = {one.name: next_stop(config, len(one.name) - 1, one.step) for one in learners}

    def hear(node: str, step: int, loss: float) -> None:
        if not math.isfinite(loss):
            raise diverged(f"the loss of node {node} at step {step} is {loss}")
        listen(Progress(node, step, loss=loss))
        losses[node] = loss

    trained = {one.name: one for one in learners}
    if engine.remote:
        units = [Stretch(config, dataset, one, stops[one.name]) for one in learners]
        for learner, found in engine.map(train_stretch, units):
            for step, loss in enumerate(found, start=trained[learner.name].step + 1):
                hear(learner.name, step, loss)
            trained[learner.name] = learner
    else:
        while behind := [one for one in trained.values() if one.step < stops[one.name]]:
            for learner, loss in meta_step(config, dataset, behind, engine):
                hear(learner.name, learner.step, loss)
                trained[learner.name] = learner
    return [(trained[one.name], losses.get(one.name)) for one in learners]


def train_stretch(unit: Stretch) -> tuple[Learner, list[float]]:
    """Meta-train one node to its next stop, here and in one thread; also return its losses."""
    learner, losses = unit.learner, list[float]()
    here = Engine(1)
    while learner.step < unit.stop and all(map(math.isfinite, losses[-1:])):
        ((learner, loss),) = meta_step(unit.config, unit.dataset, [learner], here)
        losses.append(loss)
    return learner, losses


def _heard(listen: Listen, node: str, step: int, loss: float) -> float:
    if not math.isfinite(loss):
        raise diverged(f"the loss of node {node} at step {step} is {loss}")
    listen(Progress(node, step, loss=loss))
    return loss
