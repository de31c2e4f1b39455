"""A scatter plot of a similarity against measured transfer."""

from io import BytesIO

import matplotlib

from treemeta.analysis.validation import Validation


def scatter(validation: Validation, kind: str) -> bytes:
    """Draw every ordered pair of tasks, its closeness across and the target's gain up."""
    from matplotlib.figure import Figure

    pairs = validation.pairs
    given = f"{validation.partial_spearman:.2f}, p {validation.partial_p:.4f}"
    with matplotlib.rc_context({"svg.hashsalt": "treemeta"}):
        figure = Figure(figsize=(5, 4.2), layout="constrained")
        axes = figure.subplots()
        axes.scatter(
            pairs[validation.measure], pairs[validation.against], s=9, alpha=0.5, color="#4477aa",
            linewidths=0,
        )  # fmt: skip
        axes.set_xlabel(f"closeness ({validation.measure}), around the target's mean")
        axes.set_ylabel("loss that the source saves, around the target's mean")
        axes.set_title(
            f"Spearman {validation.spearman:.2f}, Mantel p {validation.p:.4f}\n"
            f"given nuisance {given.replace('nan, p nan', 'too few pairs to tell')}",
            fontsize=10,
        )
        page = BytesIO()
        meta = {"Date": None} if kind == "svg" else None
        figure.savefig(page, format=kind, dpi=150, metadata=meta)
    return page.getvalue()
