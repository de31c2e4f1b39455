from itertools import combinations

import numpy as np
import pytest

from treemeta.report.figures.labels import Box, place_labels


def overlap(a: Box, b: Box) -> bool:
    return min(a.right, b.right) > max(a.left, b.left) and min(a.bottom, b.bottom) > max(
        a.top, b.top
    )


@pytest.mark.parametrize("seed", range(5))
def test_fifty_names_cover_no_other_and_no_marker(seed: int) -> None:
    places = np.random.default_rng(seed).uniform([0, 0], [8, 6], size=(50, 2))
    dot = 0.05
    boxes = place_labels(places, ["a name of some length"] * 50, dot)
    markers = [Box(x - dot, y - dot, x + dot, y + dot) for x, y in places.tolist()]
    assert sum(overlap(a, b) for a, b in combinations(boxes, 2)) <= 1
    covered = sum(overlap(box, marker) for box in boxes for marker in markers)
    assert covered <= 4  # markers that lie on each other leave no way out
    for box, (x, y) in zip(boxes, places, strict=True):
        assert box.left - 1 < x < box.right + 1
        assert box.top - 1 < y < box.bottom + 1


def test_a_name_alone_stands_right_of_its_marker() -> None:
    [box] = place_labels(np.array([[1.0, 2.0]]), ["name"], 0.05)
    assert 1.05 < box.left < 1.15
    assert box.middle == pytest.approx(2.0)
