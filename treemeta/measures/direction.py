"""The direction measure: the angle between the ways in which two tasks pull an init."""

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import count

import numpy as np

from treemeta.learn.adam import EPSILON
from treemeta.measures.similarity import Similarity, named
from treemeta.measures.subject import Subject
from treemeta.randomness import generator
from treemeta.tasks.dataset import check_enough
from treemeta.tree.cosines import reliability, similarity
from treemeta.tree.direction import columns
from treemeta.tree.pair_intervals import MOST_TASKS, pair_intervals
from treemeta.tree.probe import Probe, probe, running
from treemeta.tree.reliability import disattenuated


def measure(subject: Subject) -> Similarity:
    """Return cosines across independent halves of episodes, each pair with its interval."""
    config, dataset, tasks = subject.config, subject.dataset, subject.tasks
    check_enough(dataset, tasks, config.ways, 2)
    picked = columns(subject.params, subject.layers)

    episodes = min(config.probe_episodes, subject.most)

    def draw(number: int) -> Probe:
        asked = probe(subject.setting, subject.params, tasks, episodes, ("similarity", number))
        seen = replace(asked, directions=asked.directions[..., picked])
        return as_adam_sees(seen) if config.direction == "meta_gradient" else seen

    whole, reliable = draw_until(draw, reliability, subject.target, subject.most)
    return similarity_of(whole, reliable, subject.corrected, config.seed)


def as_adam_sees(asked: Probe, like: Probe | None = None) -> Probe:
    """Return meta-gradients divided by each entry's root mean square over tasks and blocks of
    episodes, of their own or of those that they are to be held ``like``, not to be centred.

    So the outer Adam takes its steps (Kingma and Ba 2015). Training has brought the tasks' mean to
    nought: around what is left of it, measured transfer is told less well.
    """
    entries = (like or asked).directions
    squares = np.einsum("tabd,tabd->d", entries, entries) / math.prod(entries.shape[:3])
    scale = np.sqrt(squares) + EPSILON
    return replace(asked, directions=asked.directions / scale, centred=False)


def draw_until(
    draw: Callable[[int], Probe],
    reliable: Callable[[Probe], float | None],
    target: float,
    most: int,
) -> tuple[Probe, float | None]:
    """Return the pool of draws 0, 1, ... and its reliability, as soon as that reaches ``target``,
    is not defined, or would take more than ``most`` episodes of a task; the first draw where no
    reliability above 0 is asked for, as drawing until chance lifts one there would bias it."""
    for number, whole in enumerate(running(map(draw, count())), start=1):
        reached = reliable(whole)
        enough = reached is None or target <= 0 or reached >= target
        if enough or whole.episodes * (number + 1) > most * number:
            break
    return whole, reached


def similarity_of(whole: Probe, reliable: float | None, correct: bool, seed: int) -> Similarity:
    """Return what a probe says of the similarity of its tasks, corrected for attenuation or not.

    The diagonal is the ceiling that noise sets, corrected it is 1. Intervals are made for up to
    ``MOST_TASKS`` tasks.
    """
    matrix = similarity(whole)
    if correct:
        matrix = named(disattenuated(matrix.to_numpy()), whole.tasks)
    direction = Similarity(
        "direction", "similarity", matrix, reliable, whole.episodes, halves=not correct
    )
    if len(whole.tasks) > MOST_TASKS:
        return direction
    low, high = pair_intervals(whole, correct, generator(seed, "interval"))
    return replace(direction, low=named(low, whole.tasks), high=named(high, whole.tasks))
