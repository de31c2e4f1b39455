"""Answers to queries from a support: routed by it, learned from it, each query by itself."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.errors import ConfigError, DataError
from treemeta.learn.learner import learner_of
from treemeta.learn.params import Params, device_of
from treemeta.learn.targets import targets_of
from treemeta.randomness import generator
from treemeta.tasks.support import Labelled
from treemeta.tree.direction import kinds_of
from treemeta.tree.evaluate import exam_minibatches
from treemeta.tree.route import Route, Router, route

CHUNK = 256  # queries that are one unit of work


@dataclass(frozen=True)
class Answer:
    """What queries were answered: the probability of every class of the support,
    ``float32[queries, classes]``, or the number that is expected, ``float32[queries]``, in the
    units that the support has; and where the support was routed."""

    answers: np.ndarray
    route: Route


@dataclass(frozen=True)
class Adapted:
    """A tree that has heard a support: where it was routed, and by what the nodes that answer, by
    their ``inits``, learn from it."""

    config: Config
    route: Route
    inits: Mapping[str, Params]
    support: tuple[Tensor, Tensor]
    minibatches: np.ndarray

    def answer(self, query: Tensor, engine: Engine) -> np.ndarray:
        """Return the probabilities of queries ``Tensor[q, *shape]``, ``float32[q, classes]``, or
        where tasks tell numbers these, ``float32[q]``."""
        size = len(query) if self.config.transductive else CHUNK
        device = device_of(next(iter(self.inits.values())))
        units = [Asking(self, part.to(device)) for part in torch.split(query, size)]
        told = np.concatenate(engine.map(answer_unit, units))
        return told.reshape(len(query)) if self.config.targets == "numbers" else told


@dataclass(frozen=True)
class Asking:
    """One unit: queries ``Tensor[q, *shape]``, and what answers them."""

    adapted: Adapted
    query: Tensor


def adapt(config: Config, router: Router, support: Labelled) -> Adapted:
    """Return a tree that has heard a support, routed by it.

    Raises ``DataError`` or ``ConfigError`` for a support that the learner or the route can do
    nothing with.
    """
    _check(config, router, support)
    device, n = device_of(next(iter(router.inits.values()))), len(support.labels)
    shown = support.inputs.to(device), support.labels.to(device)
    rng = generator(config.seed, "answer")
    minibatches = exam_minibatches(config, n, rng)
    chosen = route(config, router, *shown, rng)
    inits = {name: router.inits[name] for name, weight in chosen.weights.items() if weight}
    return Adapted(config, chosen, inits, shown, minibatches)


def answer(
    config: Config, router: Router, support: Labelled, query: Tensor, engine: Engine
) -> Answer:
    """Return what a tree answers to queries ``Tensor[q, *shape]``, learned from a support, see
    ``adapt``.

    The same whatever the number of workers; and to a query the same whatever other queries there
    are, to the last bit, unless batch norm is transductive.
    """
    adapted = adapt(config, router, support)
    return Answer(adapted.answer(query, engine), adapted.route)


def answer_unit(unit: Asking) -> np.ndarray:
    """Return what a unit's queries are answered, see ``Adapted``.

    Every query is a batch of its own: one of other queries would end in other bits.
    """
    adapted, whole = unit.adapted, torch.zeros(())
    size = len(unit.query) if adapted.config.transductive else 1
    learner, told = learner_of(adapted.config), targets_of(adapted.support[1])
    for name, init in adapted.inits.items():
        head = learner.fit(adapted.config, init, *adapted.support, adapted.minibatches)
        parts = [told.answers(head(part)) for part in torch.split(unit.query, size)]
        whole = whole + adapted.route.weights[name] * torch.cat(parts).cpu()
    return whole.numpy()


def _check(config: Config, router: Router, support: Labelled) -> None:
    classes = len(support.classes)
    if classes and config.learner == "reptile" and classes != config.ways:
        raise ConfigError(
            f"the support has {classes} classes, and the head of this tree, whose learner is "
            f"reptile, tells {config.ways} apart: give {config.ways}, or train with --learner "
            "solved, whose head takes any number"
        )
    forked = len(router.candidates(config)) > 1 and config.route == "direction"
    most = int(kinds_of(support.labels).bincount().max())
    if forked and config.direction == "meta_gradient" and most < 2:
        raise DataError(
            "the support has one input of each class, and a route by direction of meta_gradient "
            "takes two of one at least: add some"
        )
