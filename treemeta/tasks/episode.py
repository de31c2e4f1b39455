"""Episodes: few-shot classification problems drawn from one task."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from treemeta.tasks.dataset import Dataset, Task


@dataclass(frozen=True)
class Episode:
    """One few-shot problem as positions of images: a row is a class, and its label is the row.

    ``support`` is ``int[ways, shots]`` and ``query`` ``int[ways, queries]``; no image is in both.
    """

    support: np.ndarray
    query: np.ndarray


def draw_episode(
    dataset: Dataset, task: Task, ways: int, shots: int, queries: int, rng: Generator
) -> Episode:
    """Draw classes of one task in random order, and images of each without replacement."""
    chosen = rng.choice(len(task.classes), size=ways, replace=False)
    rows = []
    for position in (task.classes[i] for i in chosen):
        drawn = rng.choice(dataset.drawings(position), size=shots + queries, replace=False)
        rows.append(dataset.starts[position] + drawn)
    images = np.stack(rows)
    return Episode(images[:, :shots], images[:, shots:])


def draw_minibatches(images: int, size: int, steps: int, rng: Generator) -> np.ndarray:
    """Return ``int[steps, size]`` positions below ``images``: each image once before any twice.

    As in Reptile's code, epochs follow each other without a gap, each in a new order.
    """
    epochs = max(1, -(-steps * size // images))
    order = np.concatenate([rng.permutation(images) for _ in range(epochs)])
    return order[: steps * size].reshape(steps, size)


def deal(dataset: Dataset, tasks: list[Task], rng: Generator) -> list[Task]:
    """Deal all classes of the tasks at random to pseudo-tasks of the same names and sizes.

    The null model of a split: what tasks would look like if a task were any bag of classes. Where
    classes mean the same in all tasks, as styles do, it is any bag of one class of each meaning.
    """
    tasks = sorted(tasks, key=lambda task: task.name)
    if alike := _by_label(dataset, tasks):
        hands = list(np.array([rng.permutation(pile) for pile in alike]).T)
    else:
        pile = rng.permutation([position for task in tasks for position in task.classes])
        hands = np.split(pile, np.cumsum([len(task.classes) for task in tasks])[:-1])
    return [
        Task(task.name, tuple(int(position) for position in np.sort(hand)))
        for task, hand in zip(tasks, hands, strict=True)
    ]


def _by_label(dataset: Dataset, tasks: list[Task]) -> list[list[int]]:
    """Return for each label the classes that have it, one of every task; nothing where labels mean
    something else in another task, or are others."""
    if not all(task.name in dataset.shared for task in tasks):
        return []
    piles: dict[str, list[int]] = {}
    for task in tasks:
        for position in task.classes:
            piles.setdefault(dataset.class_names[position].rpartition("/")[2], []).append(position)
    even = all(len(pile) == len(tasks) for pile in piles.values())
    return [piles[label] for label in sorted(piles)] if even else []
