"""Where names stand on a map so that they do not cover each other."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from treemeta.report.figures.ink import SIZE, width_of

ASIDE = (0.0, 0.1, 0.3, 0.6, 1.0)  # inches further from the marker
ROWS = 14  # lines above and below a marker in which its name may stand
HEIGHT = 1.25 * SIZE / 72
LINE = 1.02 * HEIGHT  # from one name to the next below
CLEAR = 0.04  # inches around a marker, lest a name seem to be its neighbour's


@dataclass(frozen=True)
class Box:
    """A rectangle in inches, y downwards."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> float:
        """Half way between top and bottom."""
        return (self.top + self.bottom) / 2

    def gap(self, x: float, y: float) -> tuple[float, float]:
        """Return how far it is from a place, across and down."""
        return (
            max(self.left - x, 0.0, x - self.right), max(self.top - y, 0.0, y - self.bottom),
        )  # fmt: skip


def place_labels(places: np.ndarray, names: Sequence[str], dot: float) -> list[Box]:
    """Return a box for each name, near its marker at ``places[i]`` and ``dot`` from it or more.

    Greedy, the most crowded first: of the boxes around a marker, the nearest one that covers
    nothing, or else the one that covers least (Christensen, Marks and Shieber 1995).
    """
    reach = dot + CLEAR
    markers = np.stack([places - reach, places + reach], axis=1).reshape(len(places), 4)
    gaps = np.hypot(*(places[:, None] - places).T)
    placed: dict[int, Box] = {}
    for i in np.argsort(np.sort(gaps, axis=1)[:, : min(6, len(places))].sum(1), kind="stable"):
        taken = np.array([*markers, *([b.left, b.top, b.right, b.bottom] for b in placed.values())])
        choices = _around(places[i], width_of(names[i]), dot)
        covered = [_covered(box, taken) for box in choices]
        placed[int(i)] = choices[int(np.argmin(np.round(covered, 6)))]
    return [placed[i] for i in range(len(places))]


def _around(place: np.ndarray, width: float, dot: float) -> list[Box]:
    """Return the boxes in which a name may stand, nearest first: beside the marker, right or left,
    in its line or in one above or below, so that names of one place make a column; or over and
    under it."""
    x, y = (float(part) for part in place)
    boxes = []
    for aside in ASIDE:
        away = dot + CLEAR + 0.005 + aside
        for row in range(-ROWS, ROWS + 1):
            for left in (x + away, x - away - width):
                boxes.append(_box(left, y + row * LINE, width))
        for down in (-1, 1):
            boxes.append(_box(x - width / 2, y + down * (away + HEIGHT / 2), width))
    return sorted(boxes, key=lambda box: float(np.hypot(*box.gap(x, y))))


def _box(left: float, middle: float, width: float) -> Box:
    return Box(left, middle - HEIGHT / 2, left + width, middle + HEIGHT / 2)


def _covered(box: Box, taken: np.ndarray) -> float:
    """Return the area that a box shares with others, given as ``float[n, 4]``."""
    across = np.minimum(box.right, taken[:, 2]) - np.maximum(box.left, taken[:, 0])
    down = np.minimum(box.bottom, taken[:, 3]) - np.maximum(box.top, taken[:, 1])
    return float((np.maximum(across, 0) * np.maximum(down, 0)).sum())
