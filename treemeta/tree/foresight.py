"""Foresight: what a light probe tells of a node before children are trained."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch

from treemeta.config import Config
from treemeta.errors import ConfigError
from treemeta.learn.gradients import gradient_and_answers
from treemeta.learn.params import body, flatten
from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.randomness import generator
from treemeta.tree.conflict import unbiased
from treemeta.tree.direction import columns
from treemeta.tree.probe import (
    Probe,
    TaskProbe,
    draw_images,
    episode_size,
    probe_by,
    task_probes,
)
from treemeta.tree.products import gram, products
from treemeta.tree.stretch import path_end

SHARE = 0.05  # of the operations that training two children takes, at most
MOST = 12  # episodes of a task


@dataclass(frozen=True)
class Foresight:
    """Which way tasks pull a node in each of its layers, as inner products of blocks of episodes
    ``float64[n, 2, 1, n, 2, 1]``, the tasks' mean losses and the shares of their queries that are
    answered wrong, ``float64[n]`` both."""

    tasks: tuple[str, ...]
    layers: dict[str, np.ndarray]
    losses: np.ndarray
    errors: np.ndarray

    @cached_property
    def whole(self) -> np.ndarray:
        """The inner products over all layers."""
        return np.sum([*self.layers.values()], axis=0)

    @cached_property
    def inner(self) -> np.ndarray:
        """The products of tasks' mean pulls, ``float64[n, n]``, in which no noise meets itself."""
        return unbiased(products(self.whole, centred=False))


def can_foresee(config: Config) -> bool:
    """Return whether a config's gradients are those that forecasts were fitted to."""
    known = config.learner, config.direction, config.targets
    return known == ("solved", "meta_gradient", "classes")


def check_foresight(config: Config) -> None:
    """Raise unless there are forecasts for a config, or may be: what tasks tell is ``auto`` until
    the data are read."""
    if config.targets == "numbers":
        raise ConfigError(
            "tasks that tell numbers have no forecast, which is fitted to what accuracy gains: "
            "'treemeta train' tries a split and tells what it gains"
        )
    if (config.learner, config.direction) != ("solved", "meta_gradient"):
        raise ConfigError(
            f"--learner {config.learner} with --direction {config.direction} has no forecast, "
            "which is made of meta_gradient and solved heads: leave both out"
        )


def foresee(
    setting: Setting, node: Trainee, episodes: int, purpose: str = "foresight"
) -> Foresight:
    """Probe a node's tasks where it stands, with an even number of light episodes of each."""
    address = (node.name, purpose)
    units = task_probes(setting, node.init, list(node.tasks), episodes, address)
    units = [replace(one, blocks=1, per_block=episodes // 2) for one in units]
    probed = probe_by(pull_and_answers, units, setting.engine)
    pulls = probed.directions[..., :-2]
    losses, errors = probed.directions[..., -2:].mean((1, 2)).astype(np.float64).T
    names = dict.fromkeys(name.split(".")[0] for name in body(node.init))
    layers = {
        layer: gram(Probe(probed.tasks, pulls[..., columns(node.init, [layer])], episodes))
        for layer in names
    }
    return Foresight(probed.tasks, layers, losses, errors)


def affordable(config: Config, tasks: int, step: int) -> int:
    """Return how many episodes of each task a light probe takes, over both halves: as many as a
    twentieth of the work pays for that training two children takes, but two a half at least."""
    paid = SHARE / price(config, tasks, step, 1)
    return 2 * int(np.clip(paid // 2, 2, MOST // 2))


def price(config: Config, tasks: int, step: int, episodes: int, children: int = 2) -> float:
    """Return the work of a light probe over that of training so many children to the path's end."""
    images = sum(episode_size(config, lightly=True)) / (config.shots + config.queries)
    trained = children * steps_on(config, step) * config.meta_batch_size
    return tasks * episodes * images / trained


def steps_on(config: Config, step: int) -> int:
    """Return for how many steps children would be trained: to the path's end or, where a node
    stands there, for as long as between two stops."""
    return path_end(config) - step or config.split_every


def pull_and_answers(unit: TaskProbe) -> np.ndarray:
    """Return ``float32[2, blocks, dim + 2]``, the mean meta-gradients of one task's blocks of light
    episodes; in the last columns their mean query losses, and the share answered wrong."""
    config, shape = unit.config, (2, unit.blocks, unit.per_block)
    shots, queries = episode_size(config, lightly=True)
    rows = []
    for at in np.ndindex(shape):
        rng = generator(config.seed, *unit.address, *at, "probe")
        episode = draw_images(unit, shots, queries, rng)
        gradient, loss, logits = gradient_and_answers(unit.params, episode, config.norm)
        wrong = (logits.argmax(1) != episode.query_labels).float().mean()
        rows.append(torch.cat([-flatten(body(gradient)), torch.stack([loss, wrong])]).cpu().numpy())
    return np.stack(rows).reshape(*shape, -1).mean(axis=2)
