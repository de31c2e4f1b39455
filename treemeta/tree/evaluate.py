"""Accuracy of nodes on their own tasks, and of a whole tree on held-out tasks."""

from dataclasses import dataclass

from numpy.random import Generator

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn.evaluate import episode_accuracy
from treemeta.learn.params import Params
from treemeta.randomness import Address, generator
from treemeta.store.records import ROOT
from treemeta.tasks.dataset import Dataset, Task
from treemeta.tasks.episode import Episode, draw_episode, draw_minibatches
from treemeta.tree.route import Fork, route


@dataclass(frozen=True)
class Exam:
    """One unit of evaluation: the episodes of one task, each sent down the forks to a leaf."""

    config: Config
    dataset: Dataset
    inits: dict[str, Params]
    forks: dict[str, Fork]
    task: Task
    episodes: int
    address: tuple[Address, ...]


def accuracies(
    config: Config,
    dataset: Dataset,
    inits: dict[str, Params],
    forks: dict[str, Fork],
    tasks: list[Task],
    episodes: int,
    address: tuple[Address, ...],
    engine: Engine,
) -> dict[str, float]:
    """Return every task's mean accuracy over its episodes.

    The episodes depend on the seed, the address and the task's name only: all arms and all trees
    with one seed are examined on the same.
    """
    units = [
        Exam(config, dataset, inits, forks, task, episodes, (*address, task.name)) for task in tasks
    ]
    found = engine.map(examine, units)
    return {task.name: accuracy for task, accuracy in zip(tasks, found, strict=True)}


def examine(exam: Exam) -> float:
    """Return one task's mean accuracy."""
    numbers = range(exam.episodes)
    return sum(_one_episode(exam, number) for number in numbers) / exam.episodes


def _one_episode(exam: Exam, number: int) -> float:
    config = exam.config
    rng = generator(config.seed, *exam.address, number, "exam")
    episode = draw_episode(exam.dataset, exam.task, config.ways, config.shots, config.queries, rng)
    minibatches = _minibatches(config, episode, rng)
    leaf = ROOT
    if exam.forks:
        leaf = route(config, exam.dataset, exam.inits, exam.forks, episode.support, rng)
    return episode_accuracy(config, exam.dataset, exam.inits[leaf], episode, minibatches)


def _minibatches(config: Config, episode: Episode, rng: Generator):  # type: ignore[no-untyped-def]
    size = min(config.inner_batch_size, episode.support.size)
    return draw_minibatches(episode.support.size, size, config.eval_inner_steps, rng)
