"""Learning with the head solved in closed form inside the loss: R2-D2 (Bertinetto et al. 2019).

An init is the network below the head, with the few numbers by which heads are solved, learned along
with it. What an episode costs, once its head is solved, is for ``targets.py`` to say; its gradient
goes through the solution.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor

from treemeta.config import Config
from treemeta.learn.adam import adam_step
from treemeta.learn.network import (
    channels_last,
    features,
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

OUTER_HEAD = ("head.weight", "head.bias")  # of an inner loop: a solved head is another


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


def seen_together(params: Params, episode: LoadedEpisode, norm: str) -> tuple[Tensor, Tensor]:
    """Return the features of an episode's support and of its queries, which share their batch norm;
    of rows, those of many episodes ``Tensor[B, n, features]`` too."""
    along = episode.support_labels.dim() - 1
    hidden = features(params, torch.cat([episode.support, episode.query], along), norm)
    n = episode.support.shape[along]
    return hidden.narrow(along, 0, n), hidden.narrow(along, n, hidden.shape[along] - n)


def query_loss(params: Params, episode: LoadedEpisode, norm: str) -> Tensor:
    """Return what an episode costs once its head is solved on its support; of several, each."""
    support, query = seen_together(params, episode, norm)
    told = targets_of(episode.support_labels)
    labels = episode.support_labels, episode.query_labels
    return told.episode_losses(params, support, labels[0], query, labels[1])


def query_outputs(params: Params, episode: LoadedEpisode, norm: str) -> Tensor:
    """Return what the queries are answered in training, ``Tensor[queries, ways]``."""
    support, query = seen_together(params, episode, norm)
    return targets_of(episode.support_labels).outputs(
        params, support, episode.support_labels, query
    )


def loss_gradient(params: Params, episode: LoadedEpisode, norm: str) -> tuple[Params, Tensor]:
    """Return the gradient of ``query_loss`` with respect to every parameter, and its value; of
    several episodes that of the mean, and the values ``Tensor[B]``."""
    leaves = {name: p.detach().requires_grad_() for name, p in channels_last(params).items()}
    losses = query_loss(leaves, episode, norm)
    gradients = torch.autograd.grad(losses.mean(), list(leaves.values()))
    return dict(zip(leaves, gradients, strict=True)), losses.detach()


def gradient_and_answers(
    params: Params, episode: LoadedEpisode, norm: str
) -> tuple[Params, Tensor, Tensor]:
    """Return the gradient of the loss of an episode of classes, its value, and the logits of its
    queries."""
    leaves = {name: p.detach().requires_grad_() for name, p in channels_last(params).items()}
    logits = query_outputs(leaves, episode, norm)
    loss = targets_of(episode.query_labels).loss(logits, episode.query_labels)
    gradients = torch.autograd.grad(loss, list(leaves.values()))
    return dict(zip(leaves, gradients, strict=True)), loss.detach(), logits.detach()


def meta_gradient(params: Params, episode: LoadedEpisode, norm: str) -> Tensor:
    """Return which way an episode pulls an init, ``Tensor[dim]`` without the head: minus the
    gradient of its query loss with the head solved on its support.

    At an init that was trained on all tasks together these nearly sum to nought: what is left of
    each is what the others take from it.
    """
    kept = {name: tensor for name, tensor in params.items() if name not in OUTER_HEAD}
    gradient, _ = loss_gradient(kept, episode, norm)
    return -flatten(body(gradient))


def meta_gradients(params: Params, episodes: LoadedEpisode) -> Tensor:
    """Return which way each of many episodes of rows that tell numbers pulls an init,
    ``Tensor[B, dim]``: all at once, by a copy of the parameters for each."""
    count = len(episodes.support)
    kept = {name: tensor for name, tensor in params.items() if name not in OUTER_HEAD}
    copies = {
        name: tensor.detach().expand(count, *tensor.shape).clone().requires_grad_()
        for name, tensor in kept.items()
    }
    pulled = {name: copies[name] for name in body(copies)}
    loss = query_loss(copies, episodes, "none").sum()
    gradients = torch.autograd.grad(loss, list(pulled.values()))
    return -torch.cat([each.reshape(count, -1) for each in gradients], 1)


def meta_step(setting: Setting, trainees: Sequence[Trainee]) -> list[tuple[Trainee, float]]:
    """Take one outer step of Adam of every trainee on a meta-batch of episodes; return them with
    the mean losses. Every episode is a unit of its own, and gradients are added in their order."""
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
    """Return the units of a trainee's step: an episode each, but for rows, whose episodes take less
    than what it takes to begin one, all in one where nobody asks for the gradient of each."""
    config, together = setting.config, 1
    if config.of_rows and config.surgery == "none":
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


def seen_given(
    params: Params, support: Tensor, query: Tensor, config: Config
) -> tuple[Tensor, Tensor]:
    """Return the features of support and queries as a test wants them: normalised by the support
    alone, so that the answer to one query does not depend on the others, unless transductive."""
    if config.norm == "none" or config.transductive:
        hidden = features(params, torch.cat([support, query]), config.norm)
        return hidden[: len(support)], hidden[len(support) :]
    hidden, seen = features_and_statistics(params, support)
    return hidden, features_given(params, query, seen)


@torch.no_grad()
def predict(
    config: Config, params: Params, episode: LoadedEpisode, minibatches: np.ndarray
) -> Tensor:
    """Return the outputs of the head that is solved on the support, at once: minibatches have no
    part in it. Logits are ``Tensor[queries, ways]``, numbers ``Tensor[queries]``."""
    support, query = seen_given(channels_last(params), episode.support, episode.query, config)
    told = targets_of(episode.support_labels)
    return told.outputs(params, support, episode.support_labels, query)
