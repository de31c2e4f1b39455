import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t, ttest_1samp

from treemeta.analysis.interval import mean_interval, widened
from treemeta.randomness import generator


@pytest.mark.parametrize("tasks", [4, 30])
def test_it_covers_the_truth_as_often_as_it_says(tasks: int) -> None:
    covered = 0
    for seed in range(200):
        _, low, high = mean_interval(generator(seed).normal(0.7, 0.1, size=tasks), "mse")
        covered += low <= 0.7 <= high
    assert 0.91 <= covered / 200 <= 0.99


def test_of_many_tasks_it_is_as_wide_as_that_of_a_normal() -> None:
    sample = generator(0).normal(9, 1, size=400)
    _, low, high = mean_interval(sample, "mse")
    assert high - low == pytest.approx(2 * 1.96 * sample.std() / 20, rel=0.04)


def test_equal_tasks_leave_no_doubt_and_more_tasks_leave_less() -> None:
    assert mean_interval([0.5, 0.5, 0.5], "accuracy") == (0.5, 0.5, 0.5)
    few, many = (mean_interval(np.tile([0.4, 0.8], count), "accuracy") for count in (3, 30))
    assert (few[0], many[0]) == pytest.approx((0.6, 0.6))
    assert few[2] - few[1] > 2 * (many[2] - many[1])


def test_no_accuracy_is_below_0_or_above_1() -> None:
    assert mean_interval([0.0, 0.1, 1.0, 1.0], "accuracy")[1:] == (0.0, 1.0)
    _, low, high = mean_interval([0.1, 0.1, 2.0], "mse")
    assert low == 0
    assert high > 2


@given(st.integers(2, 40), st.integers(0, 99))
def test_ends_that_a_normal_has_are_moved_to_student_s(n: int, seed: int) -> None:
    sample = np.random.default_rng(seed).normal(size=n)
    drawn = sample.std() / math.sqrt(n)  # what a bootstrap of these would spread
    ends = sample.mean() + 1.959963984540054 * drawn * np.array([-1, 1])
    expected = ttest_1samp(sample, 0).confidence_interval(0.95)
    assert widened(float(sample.mean()), ends, [(drawn**2, n)]) == pytest.approx(tuple(expected))


def test_of_two_sources_the_freedom_is_welch_s() -> None:
    # Of equal parts of five each there are twice the degrees of freedom of one.
    _, high = widened(0.0, np.array([-1.0, 1.0]), [(2.0, 5), (2.0, 5)])
    assert high == pytest.approx(math.sqrt(5 / 4) * t.ppf(0.975, 8) / 1.959963984540054)


def test_what_does_not_vary_moves_no_end() -> None:
    ends = np.array([0.1, 0.4])
    assert widened(0.2, ends, [(0.0, 9), (1.0, 1)]) == (0.1, 0.4)
    assert widened(0.2, ends, [(1.0, 9), (0.0, 1)]) == widened(0.2, ends, [(1.0, 9)])
    assert all(map(math.isnan, widened(math.nan, ends * math.nan, [(math.nan, 3)])))
