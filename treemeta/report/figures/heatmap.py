"""Similarity matrices as heat maps in the order of their dendrograms."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from treemeta.measures.similarity import Similarity, dendrogram_linkage
from treemeta.report.figures.brackets import brackets
from treemeta.report.figures.families import BOX, Families, draw_box, draw_legend, families_of
from treemeta.report.figures.ink import (
    CELL,
    GREY,
    LINE,
    SIZE,
    Spots,
    check_drawable,
    line,
    paint_with,
    sheet,
    shortened,
    shown_of,
    write,
)
from treemeta.report.figures.title import title_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDEST = 24.0  # inches of a matrix; those of more tasks have smaller cells
SMALLEST = 2.5  # points of a label; smaller ones are left out
GAP = 0.06
SCALE_WIDTH = 1.6
Cells = tuple[list[int], float, float, float]


def heat_map(similarity: Similarity, families: Mapping[str, str], kind: str) -> bytes:
    """Draw the matrix in the order of its dendrogram, with the tasks' families beside it.

    ``families`` may lack tasks or be empty; ``kind`` is svg, png or pdf. The colours span the
    values of pairs: the diagonal, a ceiling, is cut off where it is beyond them. Raises
    ``DataError`` for a matrix of fewer than two tasks or of what is no number.
    """
    return _painted(similarity, families, kind)[0]


def live_heat_map(similarity: Similarity, families: Mapping[str, str]) -> tuple[bytes, Spots]:
    """Return a heat map as svg, and where its cells stand in it, in the order of their tasks."""
    content, figure, (order, x, y, side) = _painted(similarity, families, "svg")
    left, top, width, height = shown_of(figure)
    ends = ((x - left) / width, (y - top) / height, (x + side - left) / width,
            (y + side - top) / height)  # fmt: skip
    return content, {
        "kind": "cells",
        "box": [round(end, 5) for end in ends],
        "names": [similarity.tasks[i] for i in order],
        "values": similarity.matrix.to_numpy(dtype=float)[np.ix_(order, order)].round(3).tolist(),
    }


def _painted(
    similarity: Similarity, families: Mapping[str, str], kind: str
) -> "tuple[bytes, Figure, Cells]":
    check_drawable(similarity, "heat map")
    known = families_of(similarity.tasks, families)
    return paint_with(lambda: _draw(similarity, known), kind, title=title_of(similarity))


def _draw(similarity: Similarity, families: Families) -> "tuple[Figure, Cells]":
    """Return a heat map, the order of its tasks, and the corner and the side of the matrix."""
    from scipy.cluster.hierarchy import leaves_list

    links = dendrogram_linkage(similarity)
    order = leaves_list(links).tolist()
    tasks = [similarity.tasks[i] for i in order]
    cell = min(max(CELL, min(0.35, 3 / len(tasks))), WIDEST / len(tasks))
    rows = len(families.legend(tasks))
    top = max(1.0, 0.75 + rows * CELL)
    bar = BOX + GAP if families.names else 0.0
    side = cell * len(tasks)
    figure, axes = sheet(bar + side, top + bar + side)

    _draw_dendrogram(axes, links, order, bar, top - GAP, cell)
    _draw_matrix(figure, axes, similarity, order, (bar, top + bar), side)
    _draw_labels(axes, tasks, (bar, top + bar), cell, similarity.directed)
    if families.names:
        for i, task in enumerate(tasks):
            draw_box(axes, 0, top + bar + i * cell, families, task, (BOX, cell))
            draw_box(axes, bar + i * cell, top, families, task, (cell, BOX))
        draw_legend(axes, bar + side + GAP, top - rows * CELL, families, tasks)
    return figure, (order, bar, top + bar, side)


def _draw_dendrogram(
    axes: "Axes", links: np.ndarray, order: Sequence[int], left: float, foot: float, cell: float
) -> None:
    high = (foot - 0.05) / max(float(links[-1, 2]), 1e-9)
    for one in brackets(links, order):
        a, b = (left + (place + 0.5) * cell for place in one.places)
        heights = [foot - high * h for h in (one.feet[0], one.height, one.height, one.feet[1])]
        line(axes, [a, a, b, b], heights, color=LINE, linewidth=0.8)


def scale_of(similarity: Similarity) -> dict[str, Any]:
    """Return a heat map's colours and the values at their ends, as matplotlib's ``imshow`` takes
    them: around 0 where values lie on both sides of it, else light for tasks more alike."""
    values = similarity.matrix.to_numpy(dtype=float)
    pairs = values[~np.eye(len(values), dtype=bool)]
    low, high = float(pairs.min()), float(pairs.max())
    if low < 0:
        reach = max(-low, high)
        return {"cmap": "PuOr_r", "vmin": -reach, "vmax": reach}
    colours = "cividis" if similarity.kind == "similarity" else "cividis_r"
    return {"cmap": colours, "vmin": low, "vmax": high if high > low else low + 1}


def _draw_matrix(
    figure: "Figure", axes: "Axes", similarity: Similarity, order: Sequence[int],
    corner: tuple[float, float], side: float,
) -> None:  # fmt: skip
    x, y = corner
    values = similarity.matrix.to_numpy(dtype=float)[np.ix_(order, order)]
    image = axes.imshow(
        values, extent=(x, x + side, y + side, y), aspect="auto", interpolation="none",
        **scale_of(similarity),
    )  # fmt: skip
    wide, high = figure.get_size_inches()
    place = ((x + side + GAP) / wide, 1 - 0.42 / high, SCALE_WIDTH / wide, 0.11 / high)
    beyond = [values.min() < image.norm.vmin, values.max() > image.norm.vmax]
    ends = {(0, 0): "neither", (1, 0): "min", (0, 1): "max", (1, 1): "both"}[tuple(beyond)]
    bar = figure.colorbar(image, cax=figure.add_axes(place), orientation="horizontal", extend=ends)
    bar.ax.tick_params(labelsize=SIZE - 1, length=2, pad=1)
    bar.ax.locator_params(nbins=5)
    bar.outline.set_linewidth(0.4)
    alike = "larger" if similarity.kind == "similarity" else "smaller"
    said = f"{similarity.measure} {similarity.kind} ({alike}: more alike)"
    write(axes, x + side + GAP, 0.2, said)


def _draw_labels(
    axes: "Axes", tasks: Sequence[str], corner: tuple[float, float], cell: float, directed: bool
) -> None:
    x, y = corner
    end = cell * len(tasks) + GAP
    size = min(SIZE, 0.6 * 72 * cell)
    if directed:
        write(axes, -GAP, y + end / 2, "source", rotation=90, ha="right", va="center", color=GREY)
        write(axes, 0, y + end, "target", va="top", ha="right", color=GREY)
    if size < SMALLEST:
        return
    for i, task in enumerate(tasks):
        at, name = (i + 0.5) * cell, shortened(task)
        write(axes, x + end, y + at, name, fontsize=size)
        write(axes, x + at, y + end, name, fontsize=size, rotation=90, ha="center", va="top")
