import numpy as np
import pytest

from treemeta.analysis.interval import mean_interval
from treemeta.randomness import generator


def test_it_covers_the_truth_as_often_as_it_says() -> None:
    covered = 0
    for seed in range(200):
        _, low, high = mean_interval(generator(seed).normal(0.7, 0.1, size=30))
        covered += low <= 0.7 <= high
    assert 0.88 <= covered / 200 <= 0.99


def test_equal_tasks_leave_no_doubt_and_more_tasks_leave_less() -> None:
    assert mean_interval([0.5, 0.5, 0.5]) == (0.5, 0.5, 0.5)
    few, many = (mean_interval(np.tile([0.4, 0.8], count)) for count in (3, 30))
    assert (few[0], many[0]) == pytest.approx((0.6, 0.6))
    assert few[2] - few[1] > 2 * (many[2] - many[1])
