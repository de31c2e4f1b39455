"""What all pictures share: a sheet measured in inches, text on it, and its bytes."""

import warnings
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np

from treemeta.errors import DataError
from treemeta.measures.similarity import Similarity
from treemeta.report.text import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CELL = 0.17  # inches for a line of text
SIZE = 7.0  # points
LONGEST = 48  # characters of a name
MOST_PIXELS = 30_000  # on a side: what matplotlib and most viewers take
GREY, DARK = "#8a8a8a", "#222222"
LINE = "#4477aa"


def sheet(width: float, height: float) -> "tuple[Figure, Axes]":
    """Return a figure whose one axes counts inches from its top left corner; what is drawn beyond
    its edges is kept too."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.axis("off")
    return figure, axes


def write(axes: "Axes", x: float, y: float, text: str, **style: Any) -> None:
    """Write text at a place on a sheet, whatever it says."""
    style = dict[str, Any](fontsize=SIZE, color=DARK, va="center_baseline") | style
    axes.text(x, y, printable(text), parse_math=False, **style)


def line(axes: "Axes", across: Sequence[float], down: Sequence[float], **style: Any) -> None:
    """Draw a line through places on a sheet or beyond its edges."""
    style = dict[str, Any](color=GREY, linewidth=0.6, solid_joinstyle="miter") | style
    axes.plot(across, down, clip_on=False, **style)


def shortened(name: str, most: int = LONGEST) -> str:
    """Return a name of at most ``most`` characters: of a longer one both ends, as names of one
    kind often differ in their last letters."""
    if len(name) <= most:
        return name
    end = most // 3
    return f"{name[: most - end - 1]}…{name[-end:]}"


def width_of(text: str, size: float = SIZE) -> float:
    """Return how many inches a text takes."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    wide, _, _ = text_to_path.get_text_width_height_descent(
        printable(text), FontProperties(size=size), ismath=False
    )
    return float(wide) / 72


def paint(draw: "Callable[[], Figure]", kind: str, dpi: int = 150) -> bytes:
    """Return what ``draw`` draws as svg, png or pdf, the same bytes whenever it draws the same."""
    import matplotlib

    # Two figures on one html page may share ids only where they share what the ids stand for.
    settings: Any = {"svg.hashsalt": "treemeta", "text.usetex": False}
    undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(kind)
    with warnings.catch_warnings(), matplotlib.rc_context(settings):
        warnings.simplefilter("ignore", UserWarning)  # letters that the font lacks
        page = BytesIO()
        figure = draw()
        fitting = MOST_PIXELS / max(figure.get_size_inches())
        figure.savefig(
            page,
            format=kind,
            dpi=min(dpi, fitting),
            metadata=undated,
            bbox_inches="tight",
            pad_inches=0.1,
        )
    return page.getvalue()


def check_drawable(similarity: Similarity, picture: str) -> None:
    """Raise ``DataError`` for a matrix of fewer than two tasks or of what is no number."""
    if len(similarity.tasks) < 2:
        raise DataError(
            f"{len(similarity.tasks)} task is too few for a {picture}: name a node of more tasks, "
            "or export csv or json"
        )
    if not np.isfinite(similarity.matrix.to_numpy(dtype=float)).all():
        raise DataError(
            f"similarity is undefined for some tasks, so there is no {picture}: export csv or json"
        )
