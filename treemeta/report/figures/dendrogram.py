"""Similarity as a dendrogram of tasks in the colours of their families."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from treemeta.measures.similarity import Similarity, dendrogram_linkage
from treemeta.report.figures.brackets import Bracket, brackets, joined_at
from treemeta.report.figures.families import (
    BOX,
    Families,
    draw_box,
    draw_legend,
    families_of,
    text_colour,
)
from treemeta.report.figures.ink import (
    CELL,
    DARK,
    GREY,
    SIZE,
    check_drawable,
    line,
    paint,
    sheet,
    shortened,
    write,
)
from treemeta.report.figures.title import title_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 4.0  # inches from the root to the tips
GAP = 0.06


def dendrogram(similarity: Similarity, families: Mapping[str, str], kind: str) -> bytes:
    """Draw the average linkage of the tasks, root at the left, each task with its family.

    Clades of one family have its colour. ``kind`` is svg, png or pdf. Raises ``DataError`` for a
    matrix of fewer than two tasks or of what is no number.
    """
    check_drawable(similarity, "dendrogram")
    known = families_of(similarity.tasks, families)
    return paint(lambda: _draw(similarity, known), kind, title=title_of(similarity))


def _draw(similarity: Similarity, families: Families) -> "Figure":
    from scipy.cluster.hierarchy import leaves_list

    links = dendrogram_linkage(similarity)
    order = leaves_list(links).tolist()
    tasks = [similarity.tasks[i] for i in order]
    foot = len(tasks) * CELL
    figure, axes = sheet(WIDTH, foot)
    wide = WIDTH / max(float(links[-1, 2]), 1e-9)
    draw_brackets(axes, links, order, WIDTH, -wide, [families.colour(t) for t in similarity.tasks])
    for i, task in enumerate(tasks):
        middle = (i + 0.5) * CELL
        draw_tip(axes, WIDTH + GAP, middle, families, task)
    _draw_axis(axes, similarity, float(links[-1, 2]), foot)
    draw_legend(axes, 0, foot + 0.6, families, tasks)
    return figure


def draw_brackets(
    axes: "Axes", links: np.ndarray, order: Sequence[int], foot: float, scale: float,
    colours: Sequence[str],
) -> None:  # fmt: skip
    """Draw a linkage lying down, a line of text for each leaf: heights times ``scale`` are added to
    ``foot``; a clade whose leaves have one colour has it too."""
    for one in brackets(links, order):
        shared = {colours[leaf] for leaf in one.leaves}
        colour = shared.pop() if len(shared) == 1 else GREY
        across, down = _corners(one, foot, scale)
        line(axes, across, down, color=colour, linewidth=1.0)


def _corners(one: Bracket, foot: float, scale: float) -> tuple[list[float], list[float]]:
    a, b = ((place + 0.5) * CELL for place in one.places)
    heights = (one.feet[0], one.height, one.height, one.feet[1])
    return [foot + scale * h for h in heights], [a, a, b, b]


def draw_tip(axes: "Axes", x: float, y: float, families: Families, task: str) -> None:
    """Draw a task's name at a place, after the box of its family where families are known."""
    colour = DARK
    if families.names:
        draw_box(axes, x, y - BOX / 2, families, task)
        x += BOX + GAP
        colour = text_colour(families.colour(task))
    write(axes, x, y, shortened(task), color=colour)


def _draw_axis(axes: "Axes", similarity: Similarity, height: float, foot: float) -> None:
    """Draw what the heights mean, below the tree."""
    from matplotlib.ticker import MaxNLocator

    start, end = joined_at(similarity, np.array([height, 0.0]))
    across = WIDTH / (end - start) if end != start else 0.0
    line(axes, [0, WIDTH], [foot + GAP] * 2)
    low, high = sorted((start, end))
    for value in MaxNLocator(5).tick_values(low, high) if across else []:
        if low <= value <= high:
            x = (value - start) * across
            line(axes, [x, x], [foot + GAP, foot + GAP + 0.04])
            write(axes, x, foot + 0.18, f"{value:.4g}", fontsize=SIZE - 1, ha="center")
    said = f"mean {similarity.measure} {similarity.kind} of the two sides of each join"
    write(axes, 0, foot + 0.36, said, color=GREY)
