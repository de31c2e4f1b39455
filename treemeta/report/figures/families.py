"""How a picture tells the families of its tasks: by number, colour and marker, and a legend."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from treemeta.report.figures.ink import CELL, GREY, LINE, SIZE, shortened, write

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe and Ito's colours without black and yellow, then Paul Tol's wine, olive and indigo.
COLOURS = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#882255", "#999933",
    "#332288",
)  # fmt: skip
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*", "<", ">", "p")
UNKNOWN = "unknown"
BOX = 0.14  # inches, the side of a family's box
READABLE = 4.5  # contrast of text with its ground (WCAG 2)


@dataclass(frozen=True)
class Families:
    """The families of some tasks; ``names`` are sorted, and empty where no family is known."""

    of: Mapping[str, str]
    names: tuple[str, ...]

    def number(self, task: str) -> str:
        """Return what stands in the box of a task's family."""
        return str(self.names.index(self.of[task]) + 1) if task in self.of else "?"

    def colour(self, task: str) -> str:
        """Return the colour of a task's family, grey where only others' are known."""
        return self._pick(COLOURS, task, GREY if self.names else LINE)

    def marker(self, task: str) -> str:
        """Return the shape of a task's family on a map."""
        return self._pick(MARKERS, task, "." if self.names else "o")

    def _pick(self, choices: tuple[str, ...], task: str, unknown: str) -> str:
        if task not in self.of:
            return unknown
        return choices[self.names.index(self.of[task]) % len(choices)]

    def legend(self, tasks: Iterable[str]) -> list[tuple[str, str]]:
        """Return a task of each family and the family's name, the unknown last."""
        first: dict[str, str] = {}
        for task in tasks:
            first.setdefault(self.of.get(task, ""), task)
        known = [(first[name], name) for name in self.names]
        return known + ([(first[""], UNKNOWN)] if "" in first and known else [])


def families_of(tasks: Iterable[str], families: Mapping[str, str]) -> Families:
    """Return the families of those tasks that have one."""
    of = {task: families[task] for task in tasks if families.get(task)}
    return Families(of, tuple(sorted(set(of.values()))))


def draw_box(
    axes: "Axes", x: float, y: float, families: Families, task: str,
    size: tuple[float, float] = (BOX, BOX),
) -> None:  # fmt: skip
    """Draw the numbered box of a task's family, its top left corner at a place."""
    from matplotlib.patches import Rectangle

    colour, (width, height) = families.colour(task), size
    axes.add_artist(Rectangle((x, y), width, height, facecolor=colour, linewidth=0, clip_on=False))
    points = min(SIZE - 1, 72 * 0.6 * min(width, height))
    ink = "white" if contrast(colour, "white") > contrast(colour, "black") else "black"
    where = (x + width / 2, y + height / 2)
    write(axes, *where, families.number(task), fontsize=points, ha="center", color=ink)


def draw_legend(axes: "Axes", x: float, y: float, families: Families, tasks: Iterable[str]) -> None:
    """Draw the boxes of all families and their names below a place."""
    for row, (task, name) in enumerate(families.legend(tasks)):
        draw_box(axes, x, y + row * CELL, families, task)
        write(axes, x + BOX + 0.06, y + row * CELL + BOX / 2, shortened(name))


def text_colour(colour: str) -> str:
    """Return a colour, darkened until text in it can be read on white."""
    from matplotlib.colors import to_hex, to_rgb

    part = 1.0
    while contrast(dark := to_hex(_scaled(to_rgb(colour), part)), "white") < READABLE:
        part -= 0.05
    return dark


def _scaled(colour: tuple[float, float, float], part: float) -> tuple[float, float, float]:
    red, green, blue = colour
    return part * red, part * green, part * blue


def contrast(a: str, b: str) -> float:
    """Return the contrast of two colours, 1 to 21, as WCAG 2 defines it."""
    from matplotlib.colors import to_rgb

    def luminance(colour: str) -> float:
        parts = [
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)
        ]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)
