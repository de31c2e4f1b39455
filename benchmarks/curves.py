"""The recovery curves as a figure."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Row = dict[str, Any]
COLOURS = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#999933", "#882255", "#56B4E9", "#888888",
)  # fmt: skip
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
UNITS = {
    "thick": "pixels added", "thin": "pixels taken off", "invert": "share", "blur": "sigma, pixels",
    "rotate": "degrees", "reflect": "share of characters",
}  # fmt: skip


def draw_curves(found: dict[str, list[Row]], path: Path) -> None:
    """Draw ARI against effect size for glyphs, and against strength for each transform."""
    import matplotlib
    from matplotlib.figure import Figure

    kinds = list(dict.fromkeys(row["transform"] for row in found["transforms"]))
    with matplotlib.rc_context({"svg.hashsalt": "treemeta", "font.size": 8}):
        figure = Figure(figsize=(10, 5.6), layout="constrained")
        first, *others = figure.subplots(2, 4).flat
        _lines(first, found["glyphs"], "effect", "episodes", "{} episodes")
        first.set(title="glyphs: 4 families of 6 scripts", xlabel="effect size", ylabel="ARI")
        first.legend(frameon=False, fontsize=7)
        for axes, kind in zip(others, kinds, strict=False):
            rows = [row for row in found["transforms"] if row["transform"] == kind]
            most = [row for row in rows if row.get("episodes", 48) == 48]
            few = [
                row | {"measure": f"{row['measure']}, 4 episodes"}
                for row in rows
                if row.get("episodes") == 4
            ]
            _lines(axes, [*most, *few], "strength", "measure", "{}")
            axes.set(title=kind, xlabel=UNITS[kind], ylabel="ARI")
        for axes in others[len(kinds) :]:
            axes.axis("off")
        handles, labels = others[0].get_legend_handles_labels()
        others[-1].legend(handles, labels, frameon=False, loc="center", title="48 episodes a task")
        figure.savefig(path, metadata={"Date": None})


def _lines(axes: "Axes", rows: Sequence[Row], x: str, by: str, name: str) -> None:
    for i, one in enumerate(dict.fromkeys(row[by] for row in rows)):
        mine = [row for row in rows if row[by] == one]
        at = sorted({row[x] for row in mine})
        means = [np.mean([row["ARI"] for row in mine if row[x] == value]) for value in at]
        axes.plot(
            at, means, label=name.format(one), color=COLOURS[i], marker=MARKERS[i],
            markersize=3.5, linewidth=1.2,
        )  # fmt: skip
    axes.set_ylim(-0.15, 1.05)
    axes.spines[["top", "right"]].set_visible(False)
