"""Accuracy of nodes and of whole trees, every episode routed by its own support."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.random import Generator

from treemeta.config import Config
from treemeta.learn.learner import learner_of
from treemeta.learn.params import device_of
from treemeta.learn.setting import Setting
from treemeta.learn.targets import targets_of
from treemeta.randomness import Address, generator
from treemeta.store.records import Routed
from treemeta.tasks.dataset import Dataset, Task
from treemeta.tasks.episode import draw_episode, draw_minibatches
from treemeta.tasks.load import load_episode
from treemeta.tree.route import Route, Router, route


@dataclass(frozen=True)
class Exam:
    """One unit of evaluation: the episodes of one task, with the config's number of ``queries`` of
    a class unless another is said; with none, an episode is routed and no more."""

    config: Config
    dataset: Dataset
    router: Router
    task: Task
    episodes: int
    address: tuple[Address, ...]
    queries: int | None = None


@dataclass(frozen=True)
class Marks:
    """What became of one episode: its route, the accuracy of the routed answer, not a number
    without queries, and that of every candidate that was tried on its own."""

    route: Route
    accuracy: float
    each: dict[str, float]


def examine_all(
    setting: Setting, router: Router, tasks: list[Task], episodes: int, address: tuple[Address, ...]
) -> dict[str, Routed]:
    """Return how every task fares over its episodes, and where these were routed.

    The episodes depend on the seed, the address and the task's name only: all arms and all trees
    with one seed are examined on the same.
    """
    config, dataset = setting.config, setting.dataset
    lean = router.lean(config)
    units = [Exam(config, dataset, lean, task, episodes, (*address, task.name)) for task in tasks]
    routed_tasks = setting.engine.map(examine, units)
    return {task.name: routed for task, routed in zip(tasks, routed_tasks, strict=True)}


def accuracies(routed: Mapping[str, Routed]) -> dict[str, float]:
    """Return every task's mean accuracy."""
    return {task: one.accuracy for task, one in routed.items()}


def examine(exam: Exam) -> Routed:
    """Return how one task fares."""
    marks = [examine_episode(exam, number) for number in range(exam.episodes)]
    names, sign = marks[0].route.weights, exam.config.sign
    each = {name: _mean([one.each[name] for one in marks]) for name in marks[0].each}
    accuracy = _mean([one.accuracy for one in marks])
    margins = [one.route.margin for one in marks if one.route.margin is not None]
    return Routed(
        accuracy=accuracy,
        shares={name: _mean([one.route.weights[name] for one in marks]) for name in names},
        margin=_mean(margins) if margins else None,
        regret=max(sign * one for one in each.values()) - sign * accuracy if each else None,
        each=each,
    )


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def examine_episode(exam: Exam, number: int) -> Marks:
    """Return what becomes of one of an exam's episodes; its draw depends on the seed, the address
    and the number."""
    config, router = exam.config, exam.router
    rng = generator(config.seed, *exam.address, number, "exam")
    queries = config.queries if exam.queries is None else exam.queries
    episode = draw_episode(exam.dataset, exam.task, config.ways, config.shots, queries, rng)
    minibatches = exam_minibatches(config, episode.support.size, rng)
    device = device_of(next(iter(router.inits.values())))
    loaded = load_episode(exam.dataset, episode, device)
    chosen = route(config, router, loaded.support, loaded.support_labels, rng)
    if not queries:
        return Marks(chosen, math.nan, {})

    # With a solved head every candidate is cheap to try; with an inner loop only those that answer.
    every = config.learner == "solved" and len(chosen.weights) > 1
    tried = [name for name, weight in chosen.weights.items() if weight or every]
    told, truth = targets_of(loaded.query_labels), loaded.query_labels
    fit, shown = learner_of(config).fit, (loaded.support, loaded.support_labels, minibatches)
    answers = {
        name: told.answers(fit(config, router.inits[name], *shown)(loaded.query)) for name in tried
    }

    whole = torch.stack([chosen.weights[name] * answers[name] for name in tried]).sum(0)
    unit = exam.dataset.unit
    each = {name: unit * told.mark(answers[name], truth) for name in tried} if every else {}
    return Marks(chosen, unit * told.mark(whole, truth), each)


def exam_minibatches(config: Config, images: int, rng: Generator) -> np.ndarray:
    """Return the minibatches by which a learner adapts to a support of so many images."""
    if config.learner == "solved":  # which learns from a support at once
        return np.empty((0, 1), int)
    size = min(config.inner_batch_size, images)
    return draw_minibatches(images, size, config.eval_inner_steps, rng)
