"""The loss measure, a trivial rival of directions: how differently hard tasks are for an init."""

import numpy as np
import torch

from treemeta.config import Config
from treemeta.learn.gradients import query_loss
from treemeta.learn.trainee import log_hardness
from treemeta.measures.similarity import Similarity, named
from treemeta.measures.subject import Subject
from treemeta.randomness import generator
from treemeta.tasks.dataset import check_enough
from treemeta.tree.probe import TaskProbe, draw_images, probe_by, task_probes
from treemeta.tree.reliability import pairs_correlation, stepped_up


def measure(subject: Subject) -> Similarity:
    """Return the differences between the logarithms of how hard tasks are: of their mean losses,
    the head solved."""
    config, tasks = subject.config, subject.tasks
    check_enough(subject.dataset, tasks, config.ways, config.shots + config.queries)
    episodes = min(config.probe_episodes, subject.most)
    units = task_probes(subject.setting, subject.params, tasks, episodes, ("loss",))
    probe = probe_by(task_losses, units, subject.engine)
    halves = [_distances(config, probe.directions[:, half, :, 0].mean(1)) for half in (0, 1)]
    whole = _distances(config, probe.directions[..., 0].mean((1, 2)))
    return Similarity(
        "loss",
        "distance",
        named(whole, probe.tasks),
        stepped_up(pairs_correlation(*halves)),
        probe.episodes,
    )


@torch.no_grad()
def task_losses(unit: TaskProbe) -> np.ndarray:
    """Return ``float32[2, blocks, 1]``, the mean query losses of one task's blocks of episodes."""
    config, shape = unit.config, (2, unit.blocks, unit.per_block)
    losses = []
    for at in np.ndindex(shape):
        rng = generator(config.seed, *unit.address, *at, "loss")
        episode = draw_images(unit, config.shots, config.queries, rng)
        losses.append(float(query_loss(unit.params, episode, config.norm)))
    return np.array(losses, np.float32).reshape(*shape, 1).mean(2)


def _distances(config: Config, losses: np.ndarray) -> np.ndarray:
    # With heads solved, the loss of numbers is a density's whatever the learner.
    logs = log_hardness(losses, config.targets == "numbers", float(np.finfo(np.float32).tiny))
    return np.abs(logs[:, None] - logs)
