"""Trials: a node and its would-be children train on side by side, and answer the same episodes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from treemeta.config import Config
from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.store.evidence import Groups
from treemeta.store.records import LETTERS, Routed
from treemeta.tasks.dataset import Dataset
from treemeta.tree.evaluate import examine_all
from treemeta.tree.gate import SHARES
from treemeta.tree.memory import Memory
from treemeta.tree.route import Fork, Router
from treemeta.tree.scale import with_scales
from treemeta.tree.settle import Trained, settled, settles
from treemeta.tree.stretch import Listen, Progress, path_end, train_to_stops


@dataclass(frozen=True)
class Outcome:
    """What nodes have become that were trained on in a trial, and what was heard of it."""

    trained: tuple[Trained, ...]
    heard: tuple[Progress, ...]

    def of(self, names: set[str]) -> "Outcome":
        """Return what some of the nodes have become."""
        trained = tuple(each for each in self.trained if each[0].name in names)
        return Outcome(trained, tuple(event for event in self.heard if event.node in names))


@dataclass(frozen=True)
class Trial:
    """A node and its children, trained on for the same number of steps from one init: the children
    once for each of what they might share."""

    parent: Outcome
    children: Mapping[str, Outcome]


def try_split(
    setting: Setting,
    parent: Trainee,
    groups: Groups,
    listen: Listen,
    memory: Memory | None = None,
) -> Trial:
    """Train a node and its would-be children half of the way to the node's next stop, as they will
    be if the split is made, so that nothing is done twice."""
    config = setting.config
    stop = trial_stop(config, parent.step)

    def train(trainees: list[Trainee]) -> Outcome:
        heard: list[Progress] = []

        def hear(event: Progress) -> None:
            heard.append(event)
            listen(replace(event, loss=None, trial=event.loss))

        trained = train_settling(setting, trainees, (parent.name, stop), hear, memory)
        return Outcome(tuple(trained), tuple(heard))

    def start(share: str) -> list[Trainee]:
        return started(setting.dataset, parent, groups, share)

    # Node and children share the workers; children that would share otherwise bear the same names.
    first, *others = SHARES if config.share == "auto" else (config.share,)
    kids = start(first)
    both = train([parent, *kids])
    alone, apart = both.of({parent.name}), both.of({one.name for one in kids})
    return Trial(alone, {first: apart} | {share: train(start(share)) for share in others})


def train_settling(
    setting: Setting,
    trainees: Sequence[Trainee],
    until: tuple[str, int],
    listen: Listen,
    memory: Memory | None = None,
) -> list[Trained]:
    """Train nodes as a trial does: ``until`` is the name of the parent whose children are tried,
    and the step at which they stop."""
    parent, stop = until

    def train(nodes: list[Trainee], at: int) -> list[Trained]:
        return train_to_stops(setting, nodes, {one.name: at for one in nodes}, listen, memory)

    if settles(setting.config):
        return settled(setting, trainees, stop, parent, train)
    return train(list(trainees), stop)


def trial_stop(config: Config, step: int) -> int:
    """Return where a trial ends that begins at a step: half of the way tells whether children gain,
    and what is not kept costs half."""
    stop = min(step + config.split_every, path_end(config))
    return step + -(-(stop - step) // 2)


def started(
    dataset: Dataset, parent: Trainee, groups: Groups, share: str = "none"
) -> list[Trainee]:
    """Return the children of a node as they start: from its init, each with its own tasks; with a
    trunk in common, if that is what they share."""
    return [
        Trainee(
            parent.name + letter,
            parent.step,
            parent.init,
            tuple(dataset.tasks[name] for name in sorted(group)),
            trunk=parent.name if share == "trunk" else "",
        )
        for letter, group in zip(LETTERS, groups, strict=False)
    ]


@dataclass(frozen=True)
class Examined:
    """How children fared on their parent's tasks after a trial: by how much they beat it,
    ``float[tasks]``, and where each task's episodes were routed."""

    differences: np.ndarray
    routed: Mapping[str, Routed]


def examine_trial(
    setting: Setting, before: Trainee, fork: Fork, trial: Trial
) -> dict[str, Examined]:
    """Return how a trial's children fared, for each of what they might share, on episodes of the
    node's own tasks at addresses of their own, routed as in use; images may recur.

    ``before`` is the node as it was when it was weighed: the frame of the fork.
    """
    address = ("gate", before.name, before.step)
    tasks, episodes = list(before.tasks), setting.config.test_episodes

    def answered(router: Router) -> tuple[np.ndarray, dict[str, Routed]]:
        routed = examine_all(setting, router, tasks, episodes, address)
        return np.array([routed[task.name].accuracy for task in tasks]), routed

    ((parent, _),) = trial.parent.trained
    alone, _ = answered(Router({before.name: parent.init}, {}))
    examined = {}
    for share, outcome in trial.children.items():
        nodes = [before, *(child for child, _ in outcome.trained)]
        router = Router({one.name: one.init for one in nodes}, {before.name: fork})
        known = {one.name: one.tasks for one in nodes}
        apart, routed = answered(with_scales(setting, router, known))
        examined[share] = Examined(setting.config.sign * (apart - alone), routed)
    return examined
