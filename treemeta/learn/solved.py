"""Learning with the head solved in closed form inside the loss: R2-D2 (Bertinetto et al. 2019).

An init is the network below the head, with a ridge penalty and a temperature that are learned along
with it. What an episode costs is the cross-entropy of its queries once the head is solved on its
support; its gradient goes through the solution.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor
from torch.nn import functional as F

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
from treemeta.learn.ridge import answer, solve
from treemeta.learn.setting import Setting
from treemeta.learn.surgery import projected
from treemeta.learn.trainee import Trainee, meta_batch, remembered, step_size
from treemeta.learn.trunk import averaged, batch_sizes, carried
from treemeta.randomness import Address, generator
from treemeta.tasks.dataset import Dataset, Task
from treemeta.tasks.episode import draw_episode
from treemeta.tasks.load import LoadedEpisode, load_episode, turned

PENALTY, TEMPERATURE = 0.3, 4.0  # of a fresh init, and of one that learned none


@dataclass(frozen=True)
class EpisodeGradient:
    """One unit of meta-training: the gradient of one episode of a task, drawn at an address."""

    config: Config
    dataset: Dataset
    params: Params
    task: Task
    address: tuple[Address, ...]


def fresh_init(config: Config, rng: Generator) -> Params:
    """Draw the network below the head, with the usual penalty and temperature."""
    return body(init_params(config, rng)) | {
        "head.log_penalty": torch.tensor(math.log(PENALTY)),
        "head.temperature": torch.tensor(TEMPERATURE),
    }


def penalty_of(params: Params) -> Tensor:
    """Return the ridge penalty, relative to the mean squared length of a feature vector."""
    log = params.get("head.log_penalty")
    return torch.tensor(PENALTY, device=device_of(params)) if log is None else log.exp()


def temperature_of(params: Params) -> Tensor:
    """Return the factor that makes logits of a head's outputs."""
    learned = params.get("head.temperature")
    return torch.tensor(TEMPERATURE, device=device_of(params)) if learned is None else learned


def query_loss(params: Params, episode: LoadedEpisode, norm: str) -> Tensor:
    """Return the cross-entropy of the queries after the head is solved on the support, which share
    their batch norm (Bertinetto et al. 2019, eq. 7)."""
    return F.cross_entropy(query_logits(params, episode, norm), episode.query_labels)


def query_logits(params: Params, episode: LoadedEpisode, norm: str) -> Tensor:
    """Return what the queries are answered in training, ``Tensor[queries, ways]``."""
    hidden = features(params, torch.cat([episode.support, episode.query]), norm)
    support, query = hidden[: len(episode.support)], hidden[len(episode.support) :]
    head = solve(support, episode.support_labels, penalty_of(params))
    return answer(head, support, query) * temperature_of(params)


def loss_gradient(params: Params, episode: LoadedEpisode, norm: str) -> tuple[Params, float]:
    """Return the gradient of ``query_loss`` with respect to every parameter, and its value."""
    gradient, loss, _ = gradient_and_answers(params, episode, norm)
    return gradient, loss.item()


def gradient_and_answers(
    params: Params, episode: LoadedEpisode, norm: str
) -> tuple[Params, Tensor, Tensor]:
    """Return the gradient of ``query_loss``, its value, and what the queries are answered."""
    held = channels_last(params)
    leaves = {name: tensor.detach().requires_grad_() for name, tensor in held.items()}
    logits = query_logits(leaves, episode, norm)
    loss = F.cross_entropy(logits, episode.query_labels)
    gradients = torch.autograd.grad(loss, list(leaves.values()))
    return dict(zip(leaves, gradients, strict=True)), loss.detach(), logits.detach()


def meta_gradient(params: Params, episode: LoadedEpisode, norm: str) -> Tensor:
    """Return which way an episode pulls an init, ``Tensor[dim]`` without the head: minus the
    gradient of its query loss with the head solved on its support.

    At an init that was trained on all tasks together these nearly sum to nought: what is left of
    each is what the others take from it.
    """
    known = {
        "head.log_penalty": penalty_of(params).log().detach(),
        "head.temperature": temperature_of(params).detach(),
    }
    gradient, _ = loss_gradient(body(params) | known, episode, norm)
    return -flatten(body(gradient))


def meta_step(setting: Setting, trainees: Sequence[Trainee]) -> list[tuple[Trainee, float]]:
    """Take one outer step of Adam of every trainee on a meta-batch of episodes; return them with
    the mean losses. Every episode is a unit of its own, and gradients are added in their order."""
    config = setting.config
    sizes = batch_sizes(config, trainees)
    batches = [meta_batch(config, *each) for each in zip(trainees, sizes, strict=True)]
    ended = iter(setting.engine.map(run_episode, _units(setting, trainees, batches)))
    seen = [tuple(zip(*(next(ended) for _ in tasks), strict=True)) for tasks in batches]
    gradients = [
        _together(config, one, torch.stack(of_episodes))
        for one, (of_episodes, _) in zip(trainees, seen, strict=True)
    ]
    moved = [
        remembered(config, adam_step(one, flatten(gradient), step_size(config, one.step)), *known)
        for one, gradient, *known in zip(
            trainees, averaged(trainees, gradients, sizes), batches, [losses for _, losses in seen],
            strict=True,
        )
    ]  # fmt: skip
    means = [sum(losses) / len(losses) for _, losses in seen]
    return list(zip(carried(trainees, moved), means, strict=True))


def _units(
    setting: Setting, trainees: Sequence[Trainee], batches: Sequence[Sequence[Task]]
) -> list[EpisodeGradient]:
    config = setting.config
    return [
        EpisodeGradient(
            config, setting.dataset, one.init, task, (config.seed, one.name, one.step, slot)
        )
        for one, tasks in zip(trainees, batches, strict=True)
        for slot, task in enumerate(tasks)
    ]


def _together(config: Config, one: Trainee, gradients: Tensor) -> Params:
    """Return what the gradients of a step's episodes, ``Tensor[n, dim]``, ask for together."""
    if config.surgery == "pcgrad":
        rng = generator(config.seed, one.name, one.step, "surgery")
        gradients = projected(gradients, rng)
    return unflatten(gradients.mean(0), one.init)


def run_episode(unit: EpisodeGradient) -> tuple[Tensor, float]:
    """Return the gradient of one episode, ``Tensor[dim]``, and its loss."""
    config, rng = unit.config, generator(*unit.address, "episode")  # type: ignore[arg-type]
    drawn = draw_episode(unit.dataset, unit.task, config.ways, config.shots, config.queries, rng)
    loaded = load_episode(unit.dataset, drawn, device_of(unit.params))
    if config.augment == "rotate":
        loaded = turned(loaded, rng.integers(4, size=config.ways))
    gradient, loss = loss_gradient(unit.params, loaded, config.norm)
    return flatten(gradient), loss


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
    """Return logits ``Tensor[queries, ways]`` of the head that is solved on the support, at once:
    minibatches have no part in it."""
    support, query = seen_given(channels_last(params), episode.support, episode.query, config)
    head = solve(support, episode.support_labels, penalty_of(params))
    return answer(head, support, query) * temperature_of(params)
