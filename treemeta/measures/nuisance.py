"""The nuisance measure, a trivial baseline: how alike tasks are in size, ink and shape of strokes.

What a similarity of tasks must not merely repeat: none of these tells what there is to learn.
"""

from dataclasses import dataclass, fields

import numpy as np
from scipy import ndimage
from scipy.spatial.distance import pdist, squareform

from treemeta.measures.pixels import images_of
from treemeta.measures.similarity import Similarity, named
from treemeta.measures.subject import Subject
from treemeta.tasks.dataset import Dataset, Task

INKED = 128  # the least ink of a pixel that belongs to a stroke
NEIGHBOURS = np.stack([np.zeros((3, 3)), np.ones((3, 3)), np.zeros((3, 3))])  # never across images


@dataclass(frozen=True)
class Nuisance:
    """Statistics of a task's drawings: means over its images, lengths in pixels."""

    classes: float
    ink: float  # share of all ink there could be
    stroke_width: float  # four times the mean distance from inside a stroke to its edge
    box_height: float
    box_width: float
    components: float


def measure(subject: Subject) -> Similarity:
    """Return Euclidean distances between the tasks' nuisance statistics, each standardised."""
    return nuisance_distance(subject.dataset, subject.tasks)


def nuisance_distance(dataset: Dataset, tasks: list[Task]) -> Similarity:
    """Return Euclidean distances between the tasks' statistics, each standardised over tasks; the
    parts are the absolute differences in each alone."""
    names = [task.name for task in tasks]
    of_tasks = [nuisance(dataset, task) for task in tasks]
    values = np.array([[getattr(one, f.name) for f in fields(Nuisance)] for one in of_tasks])
    spread = values.std(0)
    standard = (values - values.mean(0)) / np.where(spread > 0, spread, 1)
    parts = {
        field.name: named(np.abs(column[:, None] - column), names)
        for field, column in zip(fields(Nuisance), standard.T, strict=True)
    }
    matrix = named(squareform(pdist(standard)), names)
    return Similarity("nuisance", "distance", matrix, parts=parts)


def nuisance(dataset: Dataset, task: Task) -> Nuisance:
    """Return the statistics of a task's drawings; an empty drawing has box and strokes of 0."""
    images = images_of(dataset, task)
    images = images if images.ndim == 3 else images.mean(3)  # the ink of all channels
    strokes: np.ndarray = images >= INKED
    inner = [ndimage.distance_transform_edt(stroke)[stroke].mean() if stroke.any() else 0.0
             for stroke in np.pad(strokes, ((0, 0), (1, 1), (1, 1)))]  # fmt: skip
    heights, widths = (_extent(np.any(strokes, axis=axis)) for axis in (2, 1))
    return Nuisance(
        classes=float(len(task.classes)),
        ink=float(images.mean() / 255),
        stroke_width=4 * float(np.mean(inner)),
        box_height=float(heights.mean()),
        box_width=float(widths.mean()),
        components=ndimage.label(strokes, NEIGHBOURS)[1] / len(images),
    )


def _extent(taken: np.ndarray) -> np.ndarray:
    """Return for rows ``bool[n, side]`` how far it is from the first taken place to the last."""
    first = taken.argmax(1)
    last = taken.shape[1] - 1 - taken[:, ::-1].argmax(1)
    return np.where(taken.any(1), last - first + 1, 0)
