"""A tree whose leaves show some characters of each of their tasks."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from treemeta.errors import counted
from treemeta.report.conflict_text import split_conflict
from treemeta.report.figures.families import Families, families_of
from treemeta.report.figures.ink import GREY, LINE, line, paint, sheet, shortened, width_of, write
from treemeta.report.figures.leaves import leaves_of
from treemeta.report.figures.title import tree_title
from treemeta.store.records import ROOT, Node, Tree, depth_of
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.truth import knows_families

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SUPPORT = "resampled splits that group the same tasks again"
SHOWN = 6  # characters of a task
MOST_ROWS = 40  # tasks of a leaf
ROW = 0.27  # inches of a task
PICTURE = 0.24  # inches of a character
MARGIN = ((0, 0), (2, 2))  # pixels around a character
BOX = (1.12, 0.48)  # inches of a node, which grows with what is said in it
INSIDE = 0.08  # inches beside it
LINES = 0.14  # inches between two lines in a node
EDGE = 0.55  # inches between levels
GAP = 0.14


@dataclass(frozen=True)
class Drawn:
    """A node where it is drawn: its middle, its text, its children, and the tasks beside it."""

    depth: int
    middle: float
    lines: tuple[str, ...]
    support: float | None
    children: tuple["Drawn", ...]
    tasks: tuple[str, ...]


def contact_sheet(tree: Tree, dataset: Dataset | None, kind: str) -> bytes:
    """Draw a tree from left to right, beside each leaf its tasks with a few of their characters:
    the first drawings of evenly spaced classes.

    Without a data set there are only the tasks' names. Where no families are known, each leaf has
    the colour that its tasks have in other pictures. ``kind`` is svg, png or pdf.
    """
    return paint(lambda: _draw(tree, dataset), kind, dpi=180, title=tree_title(tree))


def _draw(tree: Tree, dataset: Dataset | None) -> "Figure":
    nodes = {node.name: node for node in tree.nodes}
    if ROOT not in nodes:
        figure, axes = sheet(1, 0.3)
        write(axes, 0, 0.15, "no node is finished yet")
        return figure
    known = dataset is not None and knows_families(dataset)
    leaves = {} if known else leaves_of(tree, nodes[ROOT].tasks)
    families = families_of(leaves, leaves)
    root, high = _place(nodes, tree.metric, ROOT, nodes[ROOT].tasks, 0.0)
    deepest = max(depth_of(name) for node in tree.nodes for name in (node.name, *node.children))
    wide = max(BOX[0], *(width_of(text) + 2 * INSIDE for text in _said(root)))
    column = deepest * (wide + EDGE) + wide + 0.35
    figure, axes = sheet(column, high)
    _draw_node(axes, root, (wide, column), families)
    rows = _rows(root)
    beside = column + max([width_of(text) for text, _, _ in rows], default=0.0) + 0.12
    for text, task, y in rows:
        write(axes, column, y, text)
        if dataset and dataset.has_images and task in dataset.tasks:
            _draw_characters(axes, beside, y, dataset, task)
    if root.children:
        drawn = "trees that group the same tasks" if tree.is_consensus else SUPPORT
        said = f"on a line: support, the share of {drawn}"
        write(axes, 0, high + 0.05, said, color=GREY)
    return figure


def _place(
    nodes: dict[str, Node], metric: str, name: str, tasks: tuple[str, ...], top: float
) -> tuple[Drawn, float]:
    """Return the subtree of a node as it is drawn below ``top``, and where it ends."""
    node = nodes.get(name)
    depth = depth_of(name)
    support = node.support if node else None
    if node is None or not node.groups:
        tasks = (node.tasks if node else ()) or tasks
        high = max(BOX[1], ROW * min(len(tasks), MOST_ROWS + 1))
        drawn = Drawn(depth, top + high / 2, _lines(name, node, metric), support, (), tasks)
        return drawn, top + high + GAP
    children = []
    end = top
    for child, group in node.shares.items():
        drawn, end = _place(nodes, metric, child, group, end)
        children.append(drawn)
    middle = (children[0].middle + children[-1].middle) / 2
    return Drawn(depth, middle, _lines(name, node, metric), support, tuple(children), ()), end


def _lines(name: str, node: Node | None, metric: str) -> tuple[str, ...]:
    if node is None or node.status != "finished":
        return (name, node.status if node else "unfinished")
    accuracy = () if node.accuracy is None else (f"{metric} {node.accuracy:.2f}",)
    tasks = counted(len(node.tasks), "task")
    conflict = split_conflict(node)
    return (name, tasks, *accuracy, *([conflict] if conflict else []))


def _said(one: Drawn) -> list[str]:
    """Return all lines of a subtree's nodes."""
    return [*one.lines, *(text for child in one.children for text in _said(child))]


def _draw_node(axes: "Axes", one: Drawn, place: tuple[float, float], families: Families) -> None:
    """Draw a subtree; ``place`` is how wide its nodes are, and where the column of tasks begins."""
    from matplotlib.patches import FancyBboxPatch

    colour = families.colour(one.tasks[0]) if one.tasks else LINE
    (wide, column), high = place, max(BOX[1], LINES * len(one.lines) + 0.06)
    x = one.depth * (wide + EDGE)
    shape = "round,pad=0,rounding_size=0.06"
    style = dict[str, Any](facecolor="#eef3f8", edgecolor=colour, linewidth=0.8, clip_on=False)
    axes.add_artist(FancyBboxPatch((x, one.middle - high / 2), wide, high, boxstyle=shape, **style))
    for i, text in enumerate(one.lines):
        y = one.middle + (i - (len(one.lines) - 1) / 2) * LINES
        write(axes, x + INSIDE, y, text, weight="bold" if i == 0 else "normal")
    for child in one.children:
        start, end = x + wide, child.depth * (wide + EDGE)
        bend = start + 0.15
        line(axes, [start, bend, bend, end], [one.middle, one.middle, child.middle, child.middle],
             color=LINE, linewidth=0.9)  # fmt: skip
        if child.support is not None:
            write(axes, bend + 0.05, child.middle - 0.07, f"{child.support:.2f}", color=LINE)
        _draw_node(axes, child, place, families)
    if one.tasks:
        reach = ROW * min(len(one.tasks), MOST_ROWS + 1) / 2 - 0.03
        style = {"color": colour} if families.names else {}
        line(axes, [x + wide, column - 0.15], [one.middle] * 2, linestyle=":", **style)
        line(axes, [column - 0.1, column - 0.15, column - 0.15, column - 0.1],
             [one.middle - reach] * 2 + [one.middle + reach] * 2, **style)  # fmt: skip


def _rows(one: Drawn) -> list[tuple[str, str | None, float]]:
    """Return the text, the task and the middle of every row beside a subtree; where there are too
    many, the last row counts the rest."""
    below = [row for child in one.children for row in _rows(child)]
    rows: list[tuple[str, str | None]] = [(shortened(t), t) for t in one.tasks[:MOST_ROWS]]
    if (more := len(one.tasks) - len(rows)) > 0:
        rows.append((f"and {more} more", None))
    first = one.middle - ROW * (len(rows) - 1) / 2
    return below + [(text, task, first + i * ROW) for i, (text, task) in enumerate(rows)]


def characters(dataset: Dataset, task: str) -> np.ndarray:
    """Return ``uint8[side, n * (side + 4)]``, dark ink on white, or in colour with a last axis: the
    first drawings of up to ``SHOWN`` classes of a task side by side, evenly spaced in their order.
    """
    classes = dataset.tasks[task].classes
    picked = np.unique(np.linspace(0, len(classes) - 1, SHOWN).round().astype(int))
    drawings = [_framed(dataset.images[dataset.starts[classes[i]]]) for i in picked]
    return np.asarray(255 - np.hstack(drawings), dtype=np.uint8)


def _framed(image: np.ndarray) -> np.ndarray:
    return np.pad(image, (*MARGIN, (0, 0))[: image.ndim])


def _draw_characters(axes: "Axes", x: float, y: float, dataset: Dataset, task: str) -> None:
    pixels = characters(dataset, task)
    wide = PICTURE * pixels.shape[1] / dataset.shape[1]
    axes.imshow(
        pixels, cmap="gray", vmin=0, vmax=255, aspect="auto", clip_on=False,
        extent=(x, x + wide, y + PICTURE / 2, y - PICTURE / 2), interpolation="bilinear",
    )  # fmt: skip
