"""Gains as a heat map: tasks down, nodes across, negative transfer marked."""

from typing import TYPE_CHECKING, Any

import numpy as np

from treemeta.analysis.gains import Gains
from treemeta.report.figures.ink import CELL, GREY, SIZE, paint, sheet, shortened, write
from treemeta.store.records import sign_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDE = 0.3  # inches of a column
TOP = 0.75
GAP = 0.06
SCALE_WIDTH = 1.6
SIGNS = {"+": "+", "-": "\N{MINUS SIGN}", "": ""}


def gains_map(gains: Gains, kind: str) -> bytes:
    """Draw every node's accuracy, or error, on every task as svg or png: ``+`` where it beats its
    parent beyond noise, a minus sign where it falls behind."""
    parts = [f"{gains.metric} of {len(gains.tasks)} tasks by node", gains.about]
    title = " · ".join(part for part in parts if part)
    return paint(lambda: _draw(gains), kind, title=title)


def _draw(gains: Gains) -> "Figure":
    at = gains.at()
    values = np.array([[at[node, task].accuracy for node in gains.nodes] for task in gains.tasks])
    high, wide = CELL * len(gains.tasks), WIDE * len(gains.nodes)
    figure, axes = sheet(max(wide, SCALE_WIDTH), TOP + high)
    best, worst = ends_of(gains, values)
    image = axes.imshow(
        values, extent=(0, wide, TOP + high, TOP), aspect="auto", interpolation="none",
        cmap="cividis" if best > worst else "cividis_r", vmin=min(best, worst),
        vmax=max(best, worst),
    )  # fmt: skip
    for j, node in enumerate(gains.nodes):
        write(axes, (j + 0.5) * WIDE, TOP - GAP, node, ha="center", va="bottom")
        for i, task in enumerate(gains.tasks):
            dark = abs(values[i, j] - worst) < abs(values[i, j] - best)
            _mark(axes, (j + 0.5) * WIDE, TOP + (i + 0.5) * CELL, at[node, task].mark, dark)
    for i, task in enumerate(gains.tasks):
        write(axes, wide + GAP, TOP + (i + 0.5) * CELL, shortened(task))
    _draw_scale(figure, axes, image, gains.metric)
    return figure


def ends_of(gains: Gains, values: np.ndarray) -> tuple[float, float]:
    """Return the values at the light and at the dark end of the scale: all correct, or no error,
    and the worst of all."""
    if sign_of(gains.metric) > 0:
        return 1.0, min(float(values.min()), 0.99)
    return 0.0, max(float(values.max()), 1e-9)


def _mark(axes: "Axes", x: float, y: float, mark: str, dark: bool) -> None:
    if mark:
        colour = "#ffffff" if dark else "#000000"
        write(axes, x, y, SIGNS[mark], ha="center", color=colour, fontsize=SIZE + 2)


def _draw_scale(figure: "Figure", axes: "Axes", image: Any, metric: str) -> None:
    wide, high = figure.get_size_inches()
    place = (0, 1 - 0.28 / high, SCALE_WIDTH / wide, 0.11 / high)
    bar = figure.colorbar(image, cax=figure.add_axes(place), orientation="horizontal")
    bar.ax.tick_params(labelsize=SIZE - 1, length=2, pad=1)
    bar.ax.locator_params(nbins=5)
    bar.outline.set_linewidth(0.4)
    said = f"{metric} (+ better, \N{MINUS SIGN} worse than the parent's)"
    write(axes, 0, 0.08, said, color=GREY)
