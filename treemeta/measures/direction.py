"""The direction measure: the angle between the ways in which two tasks pull an init."""

from collections.abc import Callable
from dataclasses import replace

from treemeta.measures.ask import Question
from treemeta.measures.matrix import Similarity, named
from treemeta.randomness import generator
from treemeta.tasks.dataset import check_enough
from treemeta.tree.direction import columns
from treemeta.tree.interval import MOST_TASKS, pair_intervals
from treemeta.tree.probe import Probe, pool, probe
from treemeta.tree.similarity import disattenuated, reliability, similarity


def measure(question: Question) -> Similarity:
    """Return cosines across independent halves of episodes, each pair with its interval."""
    config, dataset, tasks = question.config, question.dataset, question.tasks
    check_enough(dataset, tasks, config.ways, 2)
    picked = columns(question.params, question.layers)

    episodes = min(config.probe_episodes, question.most)

    def draw(number: int) -> Probe:
        asked = probe(
            config, dataset, question.params, tasks, episodes,
            ("similarity", number), question.engine,
        )  # fmt: skip
        return replace(asked, directions=asked.directions[..., picked])

    whole, found = draw_until(draw, reliability, question.target, question.most)
    return told(whole, found, question.corrected, config.seed)


def draw_until(
    draw: Callable[[int], Probe],
    reliable: Callable[[Probe], float | None],
    target: float,
    most: int,
) -> tuple[Probe, float | None]:
    """Return the pool of draws 0, 1, ... and its reliability, as soon as that reaches ``target``,
    is not defined, or would take more than ``most`` episodes of a task."""
    probes: list[Probe] = []
    while True:
        probes.append(draw(len(probes)))
        whole = pool(probes)
        found = reliable(whole)
        if found is None or found >= target or whole.episodes + probes[0].episodes > most:
            return whole, found


def told(whole: Probe, reliable: float | None, correct: bool, seed: int) -> Similarity:
    """Return what a probe says of the similarity of its tasks, corrected for attenuation or not.

    The diagonal is the ceiling that noise sets, corrected it is 1. Intervals are made for up to
    ``MOST_TASKS`` tasks.
    """
    matrix = similarity(whole)
    if correct:
        matrix = named(disattenuated(matrix.to_numpy()), whole.tasks)
    found = Similarity("direction", "similarity", matrix, reliable, whole.episodes)
    if len(whole.tasks) > MOST_TASKS:
        return found
    low, high = pair_intervals(whole, correct, generator(seed, "interval"))
    return replace(found, low=named(low, whole.tasks), high=named(high, whole.tasks))
