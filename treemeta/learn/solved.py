"""Learning with the head solved in closed form inside the loss: R2-D2 (Bertinetto et al. 2019).

An init is the network below the head, with the few numbers by which heads are solved, learned along
with it. What an episode costs, once its head is solved, is for ``targets.py`` to say; its gradient
goes through the solution.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor

from treemeta.config import Config
from treemeta.learn.adam import adam_step
from treemeta.learn.gradients import loss_gradient, query_outputs
from treemeta.learn.network import (
    channels_last,
    features_and_statistics,
    features_given,
    init_params,
)
from treemeta.learn.params import Params, body, device_of, flatten, unflatten
from treemeta.learn.setting import Setting
from treemeta.learn.surgery import projected
from treemeta.learn.targets import targets_named, targets_of
from treemeta.learn.trainee import Trainee, meta_batch, remembered, step_size
from treemeta.learn.trunk import averaged, batch_sizes, carried
from treemeta.randomness import Address, generator
from treemeta.tasks.dataset import Dataset, Task
from treemeta.tasks.episode import draw_episode
from treemeta.tasks.load import LoadedEpisode, load_episode, stacked, turned


@dataclass(frozen=True)
class EpisodeGradients:
    """One unit of meta-training: the gradient of episodes of tasks, each drawn at an address."""

    config: Config
    dataset: Dataset
    params: Params
    tasks: tuple[Task, ...]
    addresses: tuple[tuple[Address, ...], ...]


def fresh_init(config: Config, rng: Generator) -> Params:
    """Draw the network below the head, with a head that has learned nothing."""
    network = init_params(config, rng)
    width = network["head.weight"].shape[1]
    return body(network) | targets_named(config.targets).fresh(width)


def meta_step(setting: Setting, trainees: Sequence[Trainee]) -> list[tuple[Trainee, float]]:
    """Take one outer step of Adam of every trainee on a meta-batch of episodes; return them with
    the mean losses. An episode that tells classes is a unit of its own, and gradients are added in
    their order."""
    config = setting.config
    sizes = batch_sizes(config, trainees)
    batches = [meta_batch(config, *each) for each in zip(trainees, sizes, strict=True)]
    units = [_units(setting, *each) for each in zip(trainees, batches, strict=True)]
    ended = iter(setting.engine.map(run_episodes, [unit for several in units for unit in several]))
    seen = [tuple(zip(*(next(ended) for _ in several), strict=True)) for several in units]
    gradients = [
        _together(config, one, torch.stack(of_units))
        for one, (of_units, _) in zip(trainees, seen, strict=True)
    ]
    losses = [[loss for of_unit in several for loss in of_unit] for _, several in seen]
    moved = [
        remembered(config, adam_step(one, flatten(gradient), step_size(config, one.step)), *known)
        for one, gradient, *known in zip(
            trainees, averaged(trainees, gradients, sizes), batches, losses, strict=True
        )
    ]  # fmt: skip
    means = [sum(each) / len(each) for each in losses]
    return list(zip(carried(trainees, moved), means, strict=True))


def _units(setting: Setting, one: Trainee, tasks: Sequence[Task]) -> list[EpisodeGradients]:
    """Return the units of a trainee's step: an episode each, but for numbers, whose episodes take
    less than it takes to begin one, all in one where nobody asks for the gradient of each."""
    config, together = setting.config, 1
    if config.targets == "numbers" and config.surgery == "none":
        together = len(tasks)
    addresses = [(config.seed, one.name, one.step, slot) for slot in range(len(tasks))]
    return [
        EpisodeGradients(
            config, setting.dataset, one.init, tuple(tasks[at : at + together]),
            tuple(addresses[at : at + together]),
        )
        for at in range(0, len(tasks), together)
    ]  # fmt: skip


def _together(config: Config, one: Trainee, gradients: Tensor) -> Params:
    """Return what the gradients of a step's episodes, ``Tensor[n, dim]``, ask for together."""
    if config.surgery == "pcgrad":
        rng = generator(config.seed, one.name, one.step, "surgery")
        gradients = projected(gradients, rng)
    return unflatten(gradients.mean(0), one.init)


def run_episodes(unit: EpisodeGradients) -> tuple[Tensor, list[float]]:
    """Return the mean gradient of episodes, ``Tensor[dim]``, and the loss of each."""
    drawn = [_drawn(unit, *each) for each in zip(unit.tasks, unit.addresses, strict=True)]
    episode = drawn[0] if len(drawn) == 1 else stacked(drawn)
    gradient, losses = loss_gradient(unit.params, episode, unit.config.norm)
    return flatten(gradient), losses.reshape(-1).tolist()


def _drawn(unit: EpisodeGradients, task: Task, address: tuple[Address, ...]) -> LoadedEpisode:
    config, rng = unit.config, generator(*address, "episode")  # type: ignore[arg-type]
    drawn = draw_episode(unit.dataset, task, config.ways, config.shots, config.queries, rng)
    loaded = load_episode(unit.dataset, drawn, device_of(unit.params))
    if config.augment == "rotate":
        loaded = turned(loaded, rng.integers(4, size=config.ways))
    return loaded


def fit(
    config: Config, params: Params, support: Tensor, labels: Tensor, minibatches: np.ndarray
) -> Callable[[Tensor], Tensor]:
    """Learn from a support, at once: minibatches have no part in it. Return what makes outputs of
    queries, logits ``Tensor[queries, ways]`` or numbers ``Tensor[queries]``, normalised by the
    support alone, so that the answer to one does not depend on the others, unless transductive."""
    params, shown = channels_last(params), LoadedEpisode(support, labels, support[:0], labels[:0])
    if config.norm == "none" or config.transductive:
        return torch.no_grad()(
            lambda query: query_outputs(params, replace(shown, query=query), config.norm)
        )
    with torch.no_grad():
        hidden, seen = features_and_statistics(params, support)

    @torch.no_grad()
    def told(query: Tensor) -> Tensor:
        asked = features_given(params, query, seen)
        return targets_of(labels).outputs(params, hidden, labels, asked)

    return told
