"""A scatter plot of a similarity against measured transfer."""

from typing import TYPE_CHECKING

from treemeta.analysis.validation import Validation
from treemeta.report.figures.ink import LINE, paint

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def scatter(validation: Validation, kind: str) -> bytes:
    """Draw every ordered pair of tasks, its closeness across and the target's gain up; ``kind`` is
    svg or png."""
    return paint(lambda: _draw(validation), kind)


def _draw(validation: Validation) -> "Figure":
    from matplotlib.figure import Figure

    pairs = validation.pairs
    figure = Figure(figsize=(5, 4.2), layout="constrained")
    axes = figure.subplots()
    axes.scatter(
        pairs[validation.measure], pairs[validation.against], s=9, alpha=0.5, color=LINE,
        linewidths=0,
    )  # fmt: skip
    axes.set_xlabel(f"closeness ({validation.measure}), around the target's mean")
    axes.set_ylabel("loss that the source saves, around the target's mean")
    axes.set_title("\n".join(_title(validation)), fontsize=9, parse_math=False)
    return figure


def _title(validation: Validation) -> list[str]:
    of = f" · {validation.about}" if validation.about else ""
    found = f"Spearman {validation.spearman:.2f}, Mantel p {validation.p:.4f}"
    lines = [
        f"{validation.measure} against {validation.against}{of}",
        f"{validation.tasks} tasks: {found}",
    ]
    if validation.given:
        partial = f"{validation.partial_spearman:.2f}, p {validation.partial_p:.4f}"
        lines.append(f"given nuisance {partial.replace('nan, p nan', 'too few pairs to tell')}")
    return lines
