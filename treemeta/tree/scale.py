"""Scales of nodes: what makes their likelihoods comparable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from treemeta.config import Config
from treemeta.learn.learner import support_scale
from treemeta.learn.params import Params, device_of
from treemeta.learn.setting import Setting
from treemeta.randomness import generator
from treemeta.tasks.dataset import Dataset, Task
from treemeta.tasks.episode import draw_episode
from treemeta.tasks.load import load_episode
from treemeta.tree.route import Router


@dataclass(frozen=True)
class Support:
    """One unit: a support of a task, seen from a node's init."""

    config: Config
    dataset: Dataset
    params: Params
    task: Task
    number: int


def with_scales(setting: Setting, router: Router, tasks: Mapping[str, Sequence[Task]]) -> Router:
    """Return a router that knows the scale of every node that may answer, from its own ``tasks``.

    A node's process has a usual variance of all that it is asked: the likeliest, over
    ``node_episodes`` supports of each of its tasks, around which each support's own is spread. Were
    a support's free, nothing would tell a node that explains its targets from one that merely
    varies enough to.
    """
    config = setting.config
    if not needs_scales(config, router):
        return router
    names = router.candidates(config)
    units = [
        Support(config, setting.dataset, router.inits[name], task, number)
        for name in names
        for task in tasks[name]
        for number in range(config.node_episodes)
    ]
    fitted = iter(setting.engine.map(scale_of, units))
    each = {name: len(tasks[name]) * config.node_episodes for name in names}
    scales = {name: float(np.mean([next(fitted) for _ in range(n)])) for name, n in each.items()}
    return replace(router, scales=scales)


def needs_scales(config: Config, router: Router) -> bool:
    """Whether nodes are told apart by likelihoods that the tasks of each put on one scale; of
    numbers, a head's own noise and prior say how much they vary."""
    likelihood = config.route == "likelihood" and config.targets != "numbers"
    return likelihood and len(router.candidates(config)) > 1


def scale_of(unit: Support) -> float:
    """Return the likeliest scale of one support."""
    config, rng = unit.config, generator(unit.config.seed, "scale", unit.task.name, unit.number)
    drawn = draw_episode(unit.dataset, unit.task, config.ways, config.shots, config.queries, rng)
    loaded = load_episode(unit.dataset, drawn, device_of(unit.params))
    return support_scale(config, unit.params, loaded.support, loaded.support_labels)
