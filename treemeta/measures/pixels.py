"""The pixels measure, a trivial baseline: how alike the tasks' mean images are."""

import numpy as np

from treemeta.measures.similarity import Similarity, named
from treemeta.measures.subject import Subject
from treemeta.tasks.dataset import Dataset, Task


def measure(subject: Subject) -> Similarity:
    """Return cosines of the tasks' mean images, centred on the mean of all tasks."""
    return pixel_similarity(subject.dataset, subject.tasks)


def pixel_similarity(dataset: Dataset, tasks: list[Task]) -> Similarity:
    """Return cosines of the tasks' mean images, centred on the mean of all tasks; 0 for a task that
    is the mean itself."""
    means = np.stack([images_of(dataset, task).mean(0).ravel() for task in tasks])
    means -= means.mean(0)
    lengths = np.linalg.norm(means, axis=1, keepdims=True)
    units = means / np.where(lengths > 0, lengths, 1)
    return Similarity("pixels", "similarity", named(units @ units.T, [t.name for t in tasks]))


def images_of(dataset: Dataset, task: Task) -> np.ndarray:
    """Return all images of a task, as they are packed, class after class."""
    parts = [dataset.images[dataset.starts[c] : dataset.starts[c + 1]] for c in task.classes]
    return np.concatenate(parts)
