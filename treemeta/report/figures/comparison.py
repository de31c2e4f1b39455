"""Arms of a comparison over meta-steps, with the splits of the trees."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from treemeta.analysis.comparison import ARMS, BY, TREE
from treemeta.analysis.curves import Curve
from treemeta.report.chance_text import over_tasks
from treemeta.report.figures.families import COLOURS, MARKERS
from treemeta.report.figures.ink import DARK, SIZE, paint

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ORACLE = "oracle"
# Arms that came later stand last, so that every arm keeps the colour that it had.
LATER = ("trunk", "copies", "joint-pcgrad", "joint-reweighted", "ensemble", *BY)
PAINTED = (*(arm for arm in ARMS if arm not in LATER), *LATER)
TONES = (
    *COLOURS, DARK, "#117733", "#AA4499", "#661100", "#44AA99", "#6699CC", "#997700", "#EE6677",
    "#BBBBBB",
)  # fmt: skip
SPLIT = "#cc0000"
BAND = 0.15  # opacity of an interval


def model_comparison(
    curves: Sequence[Curve], splits: Sequence[int], kind: str, metric: str = "accuracy",
    about: str = "",
) -> bytes:  # fmt: skip
    """Draw the held-out metric over meta-steps, an arm a line with its interval; arms without a
    curve are dotted at what they reached, and trees split at the dashed red lines.

    ``about`` says of what; ``kind`` is svg or png.
    """
    return paint(lambda: _draw(curves, splits, metric, about), kind)


def _draw(curves: Sequence[Curve], splits: Sequence[int], metric: str, about: str) -> "Figure":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.5, 4.5), layout="constrained")
    axes = figure.subplots()
    for curve in curves:
        number = PAINTED.index(curve.arm)
        _draw_arm(axes, curve, TONES[number], MARKERS[number % len(MARKERS)])
    for number, step in enumerate(splits):
        name = "_" if number else "split"
        axes.axvline(
            step, color=SPLIT, linestyle="--", linewidth=1, label=name, zorder=1, gid=f"split{step}"
        )
    title = " · ".join(part for part in ("model comparison", about) if part)
    axes.set_title(title, fontsize=SIZE + 2, parse_math=False)
    banded = max((curve.tasks for curve in curves if curve.steps), default=0)
    bands = f"; bands: 95 % intervals over {over_tasks(banded)}" if banded else ""
    axes.set_xlabel(f"meta-steps{bands}")
    axes.set_ylabel(f"held-out {metric}")
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside right upper", frameon=False, fontsize=8)
    return figure


def _draw_arm(axes: "Axes", curve: Curve, colour: str, marker: str) -> None:
    means = [one.mean for one in curve.accuracy]
    if not curve.steps:
        axes.axhline(means[0], color=colour, linestyle=":", linewidth=1.2, label=curve.arm)
        return
    low, high = zip(*((one.low, one.high) for one in curve.accuracy), strict=True)
    axes.fill_between(curve.steps, low, high, color=colour, alpha=BAND, linewidth=0)
    # An oracle may be the tree itself: the tree lies above it, and the oracle shows around it.
    above, width = (3, 1.4) if curve.arm == TREE else (2, 3.0 if curve.arm == ORACLE else 1.4)
    axes.plot(
        curve.steps, means, color=colour, marker=marker, markersize=4, linewidth=width,
        label=curve.arm, zorder=above,
    )  # fmt: skip
