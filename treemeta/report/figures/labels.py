"""Where names stand on a map so that they do not cover each other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from treemeta.report.figures.ink import SIZE, width_of

RINGS = (0.0, 0.08, 0.18, 0.3, 0.45, 0.65)  # inches further from the marker
DIRECTIONS = (
    (1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (1, 1), (-1, -1), (-1, 1),
)  # fmt: skip
HEIGHT = 1.25 * SIZE / 72
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
        choices = list(_around(places[i], width_of(names[i]), dot))
        covered = [_covered(box, taken) for box in choices]
        placed[int(i)] = choices[int(np.argmin(np.round(covered, 6)))]
    return [placed[i] for i in range(len(places))]


def _around(place: np.ndarray, width: float, dot: float) -> Iterator[Box]:
    """Yield the boxes in which a name may stand, nearest first."""
    x, y = (float(part) for part in place)
    for ring in RINGS:
        away = dot + CLEAR + 0.005 + ring
        for right, down in DIRECTIONS:
            left = {1: x + away, -1: x - away - width, 0: x - width / 2}[right]
            middle = y + down * (away + HEIGHT / 2 if not right else away)
            yield Box(left, middle - HEIGHT / 2, left + width, middle + HEIGHT / 2)


def _covered(box: Box, taken: np.ndarray) -> float:
    """Return the area that a box shares with others, given as ``float[n, 4]``."""
    across = np.minimum(box.right, taken[:, 2]) - np.maximum(box.left, taken[:, 0])
    down = np.minimum(box.bottom, taken[:, 3]) - np.maximum(box.top, taken[:, 1])
    return float((np.maximum(across, 0) * np.maximum(down, 0)).sum())
