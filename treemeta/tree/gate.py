"""The gate: a split is tried before it is made, and made only if it pays."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import ttest_1samp

from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.store.records import LETTERS, Evidence
from treemeta.tasks.dataset import Dataset
from treemeta.tree.evaluate import accuracies, examine_all
from treemeta.tree.route import Fork, Router
from treemeta.tree.scale import with_scales
from treemeta.tree.stretch import Listen, Progress, path_end, train_to_stops

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Trial:
    """A node and its children, trained on for the same number of steps from one init: what each
    has become with its latest loss, and what of the training was heard."""

    parent: tuple[Trainee, float | None]
    children: tuple[tuple[Trainee, float | None], ...]
    heard: tuple[Progress, ...]

    def of(self, names: set[str]) -> list[Progress]:
        """Return what was heard of some of the nodes."""
        return [event for event in self.heard if event.node in names]


@dataclass(frozen=True)
class Gain:
    """By how much children beat their parent: the mean over tasks of the paired differences of
    accuracy, with its 95 % interval."""

    mean: float
    low: float
    high: float


def try_split(
    setting: Setting, parent: Trainee, groups: tuple[tuple[str, ...], ...], listen: Listen
) -> Trial:
    """Train a node and its would-be children side by side to the node's next stop.

    Children are trained as they will be if the split is made, so that nothing is done twice.
    """
    trainees = [parent, *started(setting.dataset, parent, groups)]
    stop = min(parent.step + setting.config.split_every, path_end(setting.config))
    heard: list[Progress] = []

    def hear(event: Progress) -> None:
        heard.append(event)
        listen(replace(event, loss=None, trial=event.loss))

    stops = {one.name: stop for one in trainees}
    trained = train_to_stops(setting, trainees, stops, hear)
    return Trial(trained[0], tuple(trained[1:]), tuple(heard))


def started(
    dataset: Dataset, parent: Trainee, groups: tuple[tuple[str, ...], ...]
) -> list[Trainee]:
    """Return the children of a node as they start: from its init, each with its own tasks."""
    return [
        Trainee(
            parent.name + letter,
            parent.step,
            parent.init,
            tuple(dataset.tasks[name] for name in sorted(group)),
        )
        for letter, group in zip(LETTERS, groups, strict=False)
    ]


def gain_of(setting: Setting, before: Trainee, fork: Fork, trial: Trial) -> Gain:
    """Return what a trial's children gain over their parent, on episodes of the node's own tasks at
    addresses of their own, routed as in use; images may recur.

    ``before`` is the node as it was when it was weighed: the frame of the fork.
    """
    nodes = [before, *(child for child, _ in trial.children)]
    after = with_scales(
        setting,
        Router({one.name: one.init for one in nodes}, {before.name: fork}),
        {one.name: one.tasks for one in nodes},
    )
    alone = Router({before.name: trial.parent[0].init}, {})
    address = ("gate", before.name, before.step)
    tasks, episodes = list(before.tasks), setting.config.test_episodes
    together, apart = (
        accuracies(examine_all(setting, router, tasks, episodes, address))
        for router in (alone, after)
    )
    return paired_gain(np.array([apart[task] - together[task] for task in together]))


def paired_gain(differences: np.ndarray) -> Gain:
    """Return the mean of differences ``float[tasks]`` with Student's interval; where they are all
    equal, as those of a single task, the interval is a point."""
    mean = float(differences.mean())
    if len(differences) < 2 or np.ptp(differences) == 0:
        return Gain(mean, mean, mean)
    low, high = ttest_1samp(differences, 0.0).confidence_interval(CONFIDENCE)
    return Gain(mean, float(low), float(high))


def judged(evidence: Evidence, gain: Gain, alone: int, together: int) -> Evidence:
    """Return the evidence of a split with what its trial said: it is made only if the interval of
    its gain lies above 0. Of the trial's meta-steps, those of the node ``alone`` or of its children
    ``together`` were in vain."""
    accepted = gain.low > 0
    return replace(
        evidence,
        accepted=accepted,
        reason=evidence.reason if accepted else "its children do no better than it does alone",
        gain=gain.mean,
        gain_low=gain.low,
        gain_high=gain.high,
        trial_steps=alone if accepted else together,
    )
