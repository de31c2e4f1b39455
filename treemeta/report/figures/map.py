"""Similarity as a map: tasks more alike lie closer."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from treemeta.measures.similarity import Similarity
from treemeta.report.figures.families import Families, families_of, text_colour
from treemeta.report.figures.ink import (
    CELL,
    DARK,
    GREY,
    Spots,
    check_drawable,
    line,
    paint_with,
    sheet,
    shortened,
    shown_of,
    write,
)
from treemeta.report.figures.labels import Box, place_labels
from treemeta.report.figures.title import title_of
from treemeta.tree.cluster import doubly_centred, embed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT = 8.0, 6.5  # inches, at most
DOT = 0.05  # inches, half a marker
BIGGER = {"D": 0.8, "*": 1.5, ".": 1.4, "P": 1.15, "X": 1.15}  # for the same area
SCALE = 1.0  # inches, at most
NEAREST = 3  # tasks that are told of each


def task_map(similarity: Similarity, families: Mapping[str, str], kind: str) -> bytes:
    """Draw the tasks in the plane, each with its name and its family's marker.

    ``kind`` is svg, png or pdf. Raises ``DataError`` for a matrix of fewer than two tasks or of
    what is no number.
    """
    return _painted(similarity, families, kind)[0]


def live_map(similarity: Similarity, families: Mapping[str, str]) -> tuple[bytes, Spots]:
    """Return a map as svg, and where tasks stand in it, and which are most like each."""
    content, figure, places = _painted(similarity, families, "svg")
    left, top, width, height = shown_of(figure)
    shares = (places - [left, top]) / [width, height]
    closeness, values = similarity.closeness(), similarity.matrix.to_numpy(dtype=float)
    np.fill_diagonal(closeness, -np.inf)
    nearest = np.argsort(-closeness, axis=1, kind="stable")[:, : min(NEAREST, len(values) - 1)]
    return content, {
        "kind": "points",
        "names": list(similarity.tasks),
        "places": shares.round(5).tolist(),
        "near": [
            [f"{similarity.tasks[j]} {values[i, j]:.3f}" for j in of_one]
            for i, of_one in enumerate(nearest.tolist())
        ],
    }


def _painted(
    similarity: Similarity, families: Mapping[str, str], kind: str
) -> "tuple[bytes, Figure, np.ndarray]":
    check_drawable(similarity, "map")
    known = families_of(similarity.tasks, families)
    return paint_with(lambda: _draw(similarity, known), kind, title=title_of(similarity))


def planar(similarity: Similarity) -> tuple[np.ndarray, float]:
    """Return places ``float[n, 2]`` of the tasks, centred, and the share of all positive variance
    that two dimensions hold: classical scaling (Torgerson 1952).

    Distances are taken for those of the places; similarities for inner products.
    """
    points = embed(doubly_centred(similarity.inner()))
    variances = (points**2).sum(0)
    first = np.argsort(-variances, kind="stable")[:2]
    plane = points[:, first]
    # Which way an axis points is nobody's choice but the eigenvector's: the same on any machine.
    plane *= np.where(plane[np.abs(plane).argmax(0), [0, 1]] < 0, -1, 1)
    share = variances[first].sum() / variances.sum() if variances.sum() > 0 else 1.0
    return plane, float(share)


def _draw(similarity: Similarity, families: Families) -> "tuple[Figure, np.ndarray]":
    """Return a map, and where its markers stand, ``float[n, 2]`` in inches."""
    points, share = planar(similarity)
    spans = np.maximum(np.ptp(points, axis=0), 1e-12)
    inches = min(WIDTH / spans[0], HEIGHT / spans[1])  # that a distance of 1 takes
    places = (points - points.min(0)) * inches
    places[:, 1] = places[:, 1].max() - places[:, 1]
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
    said += f"the variance, stress {stress(similarity, points):.2f}"
    write(axes, left, foot + 2 * CELL, said, color=GREY)
    draw_scale(axes, left, foot + 3 * CELL, inches)
    for row, (task, name) in enumerate(families.legend(similarity.tasks), 4):
        draw_marker(axes, left + DOT, foot + row * CELL, families, task)
        write(axes, left + 3.5 * DOT, foot + row * CELL, shortened(name))
    return figure, places


def stress(similarity: Similarity, plane: np.ndarray) -> float:
    """Return how far the distances of a map are from those of the tasks, 0 for the same ones: the
    first stress (Kruskal 1964)."""
    inner = similarity.inner()
    own = inner.diagonal()
    true = np.sqrt(np.maximum(own[:, None] + own - 2 * inner, 0))
    there = np.hypot(*(plane[:, None] - plane).transpose(2, 0, 1))
    return float(np.sqrt(((true - there) ** 2).sum() / max((true**2).sum(), 1e-12)))


def draw_scale(axes: "Axes", left: float, y: float, inches: float) -> None:
    """Draw how long a round distance is on a map, of which 1 takes so many inches."""
    length = 10.0 ** np.floor(np.log10(SCALE / inches))
    length *= max(step for step in (1, 2, 5) if step * length * inches <= SCALE)
    end = left + length * inches
    line(axes, [left, end], [y, y], color=DARK, linewidth=1.0)
    write(axes, end + DOT, y, f"distance {length:g}")


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
