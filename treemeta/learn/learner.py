"""The seam between learners and everything above them: what each must be able to do."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor

from treemeta.config import Config
from treemeta.learn import classes, reptile, solved
from treemeta.learn.network import channels_last, features
from treemeta.learn.params import Params
from treemeta.learn.setting import Setting
from treemeta.learn.targets import targets_of
from treemeta.learn.trainee import Trainee
from treemeta.randomness import generator


class Learner(Protocol):
    """A way to learn an init from many tasks, and to answer an episode from it."""

    def fresh_init(self, config: Config, rng: Generator) -> Params:
        """Draw an init that has learned nothing."""
        ...

    def meta_step(
        self, setting: Setting, trainees: Sequence[Trainee]
    ) -> list[tuple[Trainee, float]]:
        """Take one outer step of every trainee; return them with their mean losses."""
        ...

    def fit(
        self,
        config: Config,
        params: Params,
        support: Tensor,
        labels: Tensor,
        minibatches: np.ndarray,
    ) -> Callable[[Tensor], Tensor]:
        """Learn from a support ``Tensor[n, *shape]``; if in several steps, by these minibatches
        ``int[steps, size]``. Return what makes logits ``Tensor[queries, ways]`` of queries, or
        numbers ``Tensor[queries]``."""
        ...


LEARNERS: dict[str, Learner] = {"solved": solved, "reptile": reptile}


def learner_of(config: Config) -> Learner:
    """Return the learner that a config names."""
    return LEARNERS[config.learner]


def fresh_init(config: Config, device: str = "cpu") -> Params:
    """Return the init that a tree starts from."""
    fresh = learner_of(config).fresh_init(config, generator(config.seed, "init"))
    return {name: tensor.to(device) for name, tensor in fresh.items()}


@torch.no_grad()
def support_likelihood(
    config: Config, params: Params, support: Tensor, labels: Tensor, scale: float | None = None
) -> float:
    """Return how likely a support ``Tensor[n, *shape]`` is under an init, as a logarithm, by the
    config's route: marginal likelihood, with the variance ``scale`` where it is known, or
    leave-one-out loss, of the ridge head on its features.

    Sums over the support, so that differences between inits weigh evidence.
    """
    hidden = features(channels_last(params), support, config.norm)
    told = targets_of(labels)
    return float(told.support_likelihood(params, hidden, labels, config.route, scale))


@torch.no_grad()
def support_scale(config: Config, params: Params, support: Tensor, labels: Tensor) -> float:
    """Return the variance with which a support is likeliest under an init."""
    hidden = features(channels_last(params), support, config.norm)
    return float(classes.support_scale(params, hidden, labels))
