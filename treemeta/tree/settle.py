"""Settling: while a trial trains children, tasks go where they are likeliest, again and again.

It is how iterative federated clustering goes (IFCA: Ghosh et al. 2020), begun from the cut by
directions: what a cut could not tell apart before there were children, these do. It takes
likelihoods that are calibrated, as those of numbers are.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from treemeta.config import Config
from treemeta.learn import numbers
from treemeta.learn.network import features
from treemeta.learn.params import Params, device_of
from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.randomness import Address, generator
from treemeta.tasks.dataset import Dataset, Task
from treemeta.tasks.episode import draw_episode
from treemeta.tasks.load import load_episode, stacked

ROUND = 25  # steps between two looks
EPISODES = 2  # of each task in a look

Trained = tuple[Trainee, float | None]  # with its latest loss


@dataclass(frozen=True)
class Look:
    """One unit: how likely tasks are under an init."""

    config: Config
    dataset: Dataset
    params: Params
    tasks: tuple[Task, ...]
    address: tuple[Address, ...]


def settles(config: Config) -> bool:
    """Whether children of a config settle: where their likelihoods are those of numbers."""
    return config.targets == "numbers" and config.route == "likelihood"


def settled(
    setting: Setting,
    trainees: Sequence[Trainee],
    stop: int,
    parent: str,
    train: Callable[[list[Trainee], int], list[Trained]],
) -> list[Trained]:
    """Train nodes to a stop, and every ``ROUND`` steps let the tasks of the children of ``parent``
    go to the likeliest of them; the other nodes just go along."""
    trained: list[Trained] = [(one, None) for one in trainees]
    step = trainees[0].step
    while step < stop:
        step = min(step + ROUND, stop)
        trained = train([one for one, _ in trained], step)
        if step < stop:
            nodes = resettled(setting, [one for one, _ in trained], parent)
            trained = [(one, loss) for one, (_, loss) in zip(nodes, trained, strict=True)]
    return trained


def resettled(setting: Setting, nodes: Sequence[Trainee], parent: str) -> list[Trainee]:
    """Return nodes with each task of the children of ``parent`` in the child that it is likeliest
    under, the first of equals; as they are where one would be left with too few."""
    children = [one for one in nodes if one.name[:-1] == parent]
    tasks = tuple(sorted((t for one in children for t in one.tasks), key=lambda task: task.name))
    step = children[0].step
    units = [
        Look(setting.config, setting.dataset, one.init, tasks, ("settle", parent, step))
        for one in children
    ]
    owner = np.stack(setting.engine.map(log_likelihoods, units)).argmax(0)
    if np.bincount(owner, minlength=len(children)).min() < setting.config.min_tasks:
        return list(nodes)
    of = {
        one.name: tuple(task for task, o in zip(tasks, owner, strict=True) if o == at)
        for at, one in enumerate(children)
    }
    return [replace(one, tasks=of.get(one.name, one.tasks)) for one in nodes]


@torch.no_grad()
def log_likelihoods(unit: Look) -> np.ndarray:
    """Return how likely the numbers of each task's episodes are under an init, as logarithms,
    ``float64[tasks]``: of all their points, as no query is asked here."""
    config, size = unit.config, unit.config.shots + unit.config.queries
    drawn = []
    for task in unit.tasks:
        for number in range(EPISODES):
            rng = generator(config.seed, *unit.address, task.name, number)
            drawn.append(draw_episode(unit.dataset, task, config.ways, size, 0, rng))
    loaded = stacked([load_episode(unit.dataset, one, device_of(unit.params)) for one in drawn])
    told, hidden = loaded.support_labels, features(unit.params, loaded.support, config.norm)
    each = numbers.support_likelihood(unit.params, hidden, told, config.route, None)
    return np.asarray(each.view(len(unit.tasks), EPISODES).sum(1).cpu().numpy())
