"""Similarity as a map: tasks more alike lie closer."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from treemeta.measures.similarity import Similarity
from treemeta.report.figures.families import Families, families_of, text_colour
from treemeta.report.figures.ink import (
    CELL,
    GREY,
    check_drawable,
    line,
    paint,
    sheet,
    shortened,
    write,
)
from treemeta.report.figures.labels import Box, place_labels
from treemeta.tree.cluster import embed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT = 8.0, 6.5  # inches, at most
DOT = 0.05  # inches, half a marker
BIGGER = {"D": 0.8, "*": 1.5, ".": 1.4, "P": 1.15, "X": 1.15}  # for the same area
CLOSE = 0.22  # inches


def task_map(similarity: Similarity, families: Mapping[str, str], kind: str) -> bytes:
    """Draw the tasks in the plane, each with its name and its family's marker.

    ``kind`` is svg, png or pdf. Raises ``DataError`` for a matrix of fewer than two tasks or of
    what is no number.
    """
    check_drawable(similarity, "map")
    return paint(lambda: _draw(similarity, families_of(similarity.tasks, families)), kind)


def planar(similarity: Similarity) -> tuple[np.ndarray, float]:
    """Return places ``float[n, 2]`` of the tasks, centred, and the share of all positive variance
    that two dimensions hold: classical scaling (Torgerson 1952).

    Distances are taken for those of the places; similarities for inner products.
    """
    closeness = similarity.closeness()
    products = -(closeness**2) / 2 if similarity.kind == "distance" else closeness
    products = products - products.mean(0)
    products -= products.mean(1, keepdims=True)
    points = embed(products)
    variances = (points**2).sum(0)
    first = np.argsort(-variances, kind="stable")[:2]
    plane = points[:, first]
    # Which way an axis points is nobody's choice but the eigenvector's: the same on any machine.
    plane *= np.where(plane[np.abs(plane).argmax(0), [0, 1]] < 0, -1, 1)
    share = variances[first].sum() / variances.sum() if variances.sum() > 0 else 1.0
    return plane, float(share)


def _draw(similarity: Similarity, families: Families) -> "Figure":
    points, share = planar(similarity)
    spans = np.maximum(np.ptp(points, axis=0), 1e-12)
    places = (points - points.min(0)) * min(WIDTH / spans[0], HEIGHT / spans[1])
    places[:, 1] = places[:, 1].max() - places[:, 1]
    moved = in_columns(places)
    columns, places = not np.array_equal(moved, places), moved
    figure, axes = sheet(*(max(1.0, float(side)) for side in places.max(0)))
    names = [shortened(task) for task in similarity.tasks]
    boxes = place_labels(places, names, DOT)
    for task, name, (x, y), box in zip(similarity.tasks, names, places, boxes, strict=True):
        _lead(axes, x, y, box)
        draw_marker(axes, x, y, families, task)
        x, side = (box.right, "right") if box.right < x else (box.left, "left")
        write(axes, x, box.middle, name, ha=side, color=text_colour(families.colour(task)))
    left, foot = min(box.left for box in boxes), max(box.bottom for box in boxes)
    said = f"closer: more alike by {similarity.measure}; these two dimensions hold {share:.0%} of "
    said += "the variance" + ("; tasks in a column lie at nearly one place" if columns else "")
    write(axes, left, foot + 2 * CELL, said, color=GREY)
    for row, (task, name) in enumerate(families.legend(similarity.tasks), 3):
        draw_marker(axes, left + DOT, foot + row * CELL, families, task)
        write(axes, left + 3.5 * DOT, foot + row * CELL, shortened(name))
    return figure


def in_columns(places: np.ndarray) -> np.ndarray:
    """Return places ``float[n, 2]`` in inches where those that nearly coincide are one below the
    other, around their middle; columns that would cover each other are one."""
    from scipy.cluster.hierarchy import fcluster, linkage

    labels = fcluster(linkage(places, "single"), CLOSE, "distance")
    while True:
        moved = _columns(places, labels)
        gaps = np.hypot(*(moved[:, None] - moved).transpose(2, 0, 1))
        touching = np.argwhere((gaps < 3 * DOT) & (labels[:, None] != labels))
        if not len(touching):
            return moved
        a, b = touching[0]
        labels[labels == labels[b]] = labels[a]


def _columns(places: np.ndarray, labels: np.ndarray) -> np.ndarray:
    moved = places.copy()
    for label in np.unique(labels):
        if len(column := np.flatnonzero(labels == label)) > 1:
            column = column[np.argsort(places[column, 1], kind="stable")]
            moved[column] = places[column].mean(0)
            moved[column, 1] += (np.arange(len(column)) - (len(column) - 1) / 2) * CELL
    return moved


def draw_marker(axes: "Axes", x: float, y: float, families: Families, task: str) -> None:
    """Draw the marker of a task's family around a place."""
    marker = families.marker(task)
    size = 2 * DOT * 72 * BIGGER.get(marker, 1.0)
    line(axes, [x], [y], color=families.colour(task), marker=marker, markersize=size,
         markeredgecolor="white", markeredgewidth=0.5, linestyle="none")  # fmt: skip


def _lead(axes: "Axes", x: float, y: float, box: Box) -> None:
    """Draw a line from a marker to its name where the name could not stand beside it."""
    near_x = min(max(x, box.left), box.right)
    near_y = min(max(y, box.top), box.bottom)
    if np.hypot(near_x - x, near_y - y) > 3 * DOT:
        line(axes, [x, near_x], [y, near_y], linewidth=0.4, zorder=0)
