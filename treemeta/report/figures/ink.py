"""What all pictures share: a sheet measured in inches, text on it, a title, and its bytes."""

import warnings
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from treemeta.errors import DataError, printable
from treemeta.measures.similarity import Similarity
from treemeta.report.figures.letters import FONTS, REWRITTEN, fonts_here, legible

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CELL = 0.17  # inches for a line of text
SIZE = 7.0  # points
PAD = 0.1  # inches around what is drawn
LONGEST = 48  # characters of a name
MOST_PIXELS = 30_000  # on a side: what matplotlib and most viewers take
T = TypeVar("T")
Spots = dict[str, Any]  # what stands where in a picture, as shares of its width and height
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
        legible(printable(text)), FontProperties(size=size), ismath=False
    )
    return float(wide) / 72


def paint(draw: "Callable[[], Figure]", kind: str, dpi: int = 150, title: str = "") -> bytes:
    """Return what ``draw`` draws as svg, png or pdf, below its title, the same bytes whenever it
    draws the same. The text of an svg is text."""
    return paint_with(lambda: (draw(), None), kind, dpi, title)[0]


def paint_with(
    draw: "Callable[[], tuple[Figure, T]]", kind: str, dpi: int = 150, title: str = ""
) -> "tuple[bytes, Figure, T]":
    """Return what ``paint`` does, with the figure and what ``draw`` tells of it."""
    import matplotlib

    settings: Any = {
        # Two figures on one html page may share ids only where they share what they stand for.
        "svg.hashsalt": "treemeta", "svg.fonttype": "none", "text.usetex": False,
        # An svg names the same fonts whatever machine has made it.
        "font.family": "sans-serif" if kind == "svg" else fonts_here(), "font.sans-serif": FONTS,
    }  # fmt: skip
    about: dict[str, Any] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(kind, {})
    about |= {"Title": printable(title)} if title else {}
    with warnings.catch_warnings(), matplotlib.rc_context(settings):
        warnings.simplefilter("ignore", UserWarning)  # letters that the font lacks
        page = BytesIO()
        figure, told = draw()
        if title:
            _note(figure, title, above=True, fontsize=SIZE + 1, weight="bold", color=DARK)
        if kind != "svg" and _rewritten(figure):
            _note(figure, REWRITTEN, above=False, fontsize=SIZE, color=GREY)
        fitting = MOST_PIXELS / max(figure.get_size_inches())
        figure.savefig(
            page,
            format=kind,
            dpi=min(dpi, fitting),
            metadata=about,
            bbox_inches="tight",
            pad_inches=PAD,
        )
    return page.getvalue(), figure, told


def _note(figure: "Figure", text: str, above: bool, **style: Any) -> None:
    """Write a line above all that a figure shows, or below it."""
    left, top, _, height = shown_of(figure)
    wide, high = figure.get_size_inches()
    y = top if above else top + height
    figure.text(
        (left + PAD) / wide, 1 - y / high, printable(text), va="bottom" if above else "top",
        parse_math=False, **style,
    )  # fmt: skip


def _rewritten(figure: "Figure") -> bool:
    """Write what no font here has in other letters; return whether there was any."""
    from matplotlib.text import Text

    strange = [one for one in figure.findobj(Text) if legible(one.get_text()) != one.get_text()]
    for one in strange:
        one.set_text(legible(one.get_text()))
    return bool(strange)


def shown_of(figure: "Figure") -> tuple[float, float, float, float]:
    """Return what ``paint`` keeps of a sheet: left, top, width and height, in its inches."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # letters that the font lacks
        box = figure.get_tightbbox(FigureCanvasAgg(figure).get_renderer())  # type: ignore[no-untyped-call]
    left, top = box.x0 - PAD, figure.get_size_inches()[1] - box.y1 - PAD
    return float(left), float(top), float(box.width + 2 * PAD), float(box.height + 2 * PAD)


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
