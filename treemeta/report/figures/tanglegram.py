"""Learned similarity against the truth: two trees of the same tasks, face to face."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from treemeta.errors import DataError
from treemeta.measures.similarity import Similarity, dendrogram_linkage
from treemeta.report.figures.crossings import Clade, crossings, lineage_tree, untangled
from treemeta.report.figures.dendrogram import draw_brackets, draw_tip
from treemeta.report.figures.families import Families, draw_legend, families_of
from treemeta.report.figures.ink import (
    CELL,
    GREY,
    check_drawable,
    line,
    paint,
    sheet,
    shortened,
    width_of,
    write,
)
from treemeta.report.figures.title import title_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TREE = 2.6  # inches of the learned tree
LINES = 1.6  # inches between the names
GAP = 0.06
STEP = 0.85  # inches of one step of a lineage, at most
WIDEST = 4.5  # inches of a lineage tree


def tanglegram(
    left: Similarity,
    families: Mapping[str, str],
    lineage: Mapping[str, tuple[str, ...]],
    kind: str,
    right: str = "true lineage",
) -> bytes:
    """Draw the dendrogram of a similarity at the left, at the right the descent of its tasks, the
    true one or what else ``right`` calls it.

    ``lineage`` names a task's ancestors, root first; lines have the colours of their families,
    and tasks without a lineage are left out. ``kind`` is svg, png or pdf. Raises ``DataError`` for
    fewer than two tasks with a lineage or a matrix of what is no number.
    """
    known = {task: lineage[task] for task in left.tasks if lineage.get(task)}
    if len(known) < 2:
        raise DataError(
            f"tasks with a known lineage: {len(known)}, too few for a tanglegram: draw a dendrogram"
        )
    left = replace(left, matrix=left.matrix.loc[list(known), list(known)])
    check_drawable(left, "tanglegram")
    return paint(lambda: _draw(left, families, known, right), kind, title=title_of(left))


def _draw(
    left: Similarity, known: Mapping[str, str], lineage: Mapping[str, tuple[str, ...]], right: str
) -> "Figure":
    links = dendrogram_linkage(left)
    order, truth = untangled(links, left.tasks, lineage_tree(lineage))
    ends = truth.tasks()
    families = families_of(order, known)
    figure, axes = sheet(TREE, len(order) * CELL)

    wide = TREE / max(float(links[-1, 2]), 1e-9)
    colours = [families.colour(task) for task in left.tasks]
    places = [left.tasks.index(task) for task in order]
    draw_brackets(axes, links, places, TREE, -wide, colours)
    names = max(width_of(shortened(task)) for task in order) + 0.42
    start, end = TREE + names, TREE + names + LINES
    for i, task in enumerate(order):
        draw_tip(axes, TREE + GAP, (i + 0.5) * CELL, families, task)
        heights = [(i + 0.5) * CELL, (ends.index(task) + 0.5) * CELL]
        line(axes, [start, end], heights, color=families.colour(task), linewidth=1.0)
    for i, task in enumerate(ends):
        draw_tip(axes, end + GAP, (i + 0.5) * CELL, families, task)
    _draw_lineage(axes, truth, end + names, families)
    _explain(axes, left, crossings(order, ends), len(order), start)
    write(axes, end + names, -0.12, right, color=GREY)
    draw_legend(axes, 0, (len(order) + 1) * CELL, families, order)
    return figure


def _draw_lineage(axes: "Axes", truth: Clade, foot: float, families: Families) -> None:
    """Draw the lineage tree lying down, its root at the right; what has one task is a line."""
    depth = _depth(truth) + 1
    step = min(STEP, WIDEST / depth)
    place = {task: (i + 0.5) * CELL for i, task in enumerate(truth.tasks())}

    def draw(clade: Clade) -> float:
        x = foot + (depth - len(clade.path)) * step
        colours = {families.colour(task) for task in clade.tasks()}
        colour = colours.pop() if len(colours) == 1 else GREY
        heights = []
        for part in clade.parts:
            forked = _forked(part)
            heights.append(draw(forked) if forked else place[_tasks(part)[0]])
            start = x - step if forked else foot
            line(axes, [start, x], heights[-1:] * 2, color=colour, linewidth=1.0)
        line(axes, [x, x], [min(heights), max(heights)], color=colour, linewidth=1.0)
        return (min(heights) + max(heights)) / 2

    draw(truth)


def _tasks(part: Clade | str) -> list[str]:
    return [part] if isinstance(part, str) else part.tasks()


def _forked(part: Clade | str) -> Clade | None:
    """Return a part that is a clade of several tasks."""
    return part if isinstance(part, Clade) and len(part.tasks()) > 1 else None


def _depth(clade: Clade) -> int:
    deeper = [_depth(forked) for part in clade.parts if (forked := _forked(part))]
    return max([len(clade.path), *deeper])


def _explain(axes: "Axes", left: Similarity, crossing: int, tasks: int, start: float) -> None:
    pairs = tasks * (tasks - 1) // 2
    write(axes, 0, -0.12, f"{left.measure} {left.kind}, average linkage", color=GREY)
    write(axes, start, -0.12, f"{crossing} of {pairs} pairs of lines cross", color=GREY)
