"""Dendrograms as brackets: where the lines of a linkage lie when its leaves lie in an order."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from treemeta.measures.similarity import Similarity


@dataclass(frozen=True)
class Bracket:
    """Two clades joined at a height: the place and height of each, in that order, and the tasks'
    positions below."""

    places: tuple[float, float]
    feet: tuple[float, float]
    height: float
    leaves: tuple[int, ...]


def brackets(links: np.ndarray, order: Sequence[int]) -> list[Bracket]:
    """Return the brackets of a scipy linkage whose leaf ``order[i]`` has place ``i``."""
    places = {leaf: float(place) for place, leaf in enumerate(order)}
    feet = dict.fromkeys(places, 0.0)
    below: dict[int, tuple[int, ...]] = {leaf: (leaf,) for leaf in places}
    drawn = []
    for number, (left, right, height, _) in enumerate(links, len(order)):
        a, b = sorted((int(left), int(right)), key=places.__getitem__)
        below[number] = below[a] + below[b]
        drawn.append(
            Bracket((places[a], places[b]), (feet[a], feet[b]), float(height), below[number])
        )
        places[number], feet[number] = (places[a] + places[b]) / 2, float(height)
    return drawn


def joined_at(similarity: Similarity, heights: np.ndarray) -> np.ndarray:
    """Return for heights of the dendrogram what similarity, or distance, they stand for."""
    closeness = similarity.closeness()
    closest = closeness.max()
    return (closest - heights) if similarity.kind == "similarity" else (heights - closest)
