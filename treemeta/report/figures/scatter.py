"""A scatter plot of a similarity against measured transfer."""

from io import BytesIO

import matplotlib

from treemeta.analysis.validation import Validation


def scatter(found: Validation, kind: str) -> bytes:
    """Draw every ordered pair of tasks, its closeness across and the target's gain up."""
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"svg.hashsalt": "treemeta"}):
        figure = Figure(figsize=(5, 4.2), layout="constrained")
        axes = figure.subplots()
        axes.scatter(
            found.pairs[found.measure], found.pairs[found.against], s=9, alpha=0.5,
            color="#4477aa", linewidths=0,
        )  # fmt: skip
        axes.set_xlabel(f"closeness ({found.measure}), around the target's mean")
        axes.set_ylabel("loss that the source saves, around the target's mean")
        axes.set_title(
            f"Spearman {found.spearman:.2f}, Mantel p {found.p:.4f}\n"
            f"given nuisance {found.partial_spearman:.2f}, p {found.partial_p:.4f}".replace(
                "nan, p nan", "too few pairs to tell"
            ),
            fontsize=10,
        )
        page = BytesIO()
        meta = {"Date": None} if kind == "svg" else None
        figure.savefig(page, format=kind, dpi=150, metadata=meta)
    return page.getvalue()
