import numpy as np
import pytest
from scipy.stats import ttest_1samp

from treemeta.measures.paired import paired_intervals


def test_intervals_are_student_s() -> None:
    values = np.random.default_rng(0).normal(0.1, 1, size=(2, 3, 16))
    mean, low, high = paired_intervals(values)
    expected = ttest_1samp(values, 0.0, axis=-1).confidence_interval(0.95)
    assert mean == pytest.approx(values.mean(-1))
    assert low == pytest.approx(expected.low)
    assert high == pytest.approx(expected.high)


@pytest.mark.filterwarnings("error")
def test_equal_differences_are_a_point_and_a_single_one_is_not_told() -> None:
    for found in paired_intervals(np.full((2, 5), 0.1) + np.arange(5) * 1e-12):
        assert found == pytest.approx(0.1)
    mean, low, high = paired_intervals(np.full((2, 5), 0.1))
    assert (low == mean).all()
    assert (high == mean).all()
    mean, low, high = paired_intervals(np.array([[0.25], [0.5]]))
    assert mean.tolist() == [0.25, 0.5]
    assert np.isnan([low, high]).all()


def test_most_intervals_hold_the_truth() -> None:
    _, low, high = paired_intervals(np.random.default_rng(1).normal(0.3, 1, size=(4000, 8)))
    assert 0.94 < ((low < 0.3) & (high > 0.3)).mean() < 0.96
