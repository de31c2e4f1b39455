import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from treemeta.tree.reliability import (
    GOALS,
    disattenuated,
    episodes_for,
    pairs_correlation,
    prices,
    stepped_up,
)


@pytest.mark.parametrize(("now", "expected"), [(0.5, 180), (0.8, 45), (0.9, 20)])
def test_spearman_brown_s_prophecy(now: float, expected: int) -> None:
    assert episodes_for(now, 20, 0.9) == expected


@pytest.mark.parametrize("now", [None, 0.0, -0.5, 1.0])
def test_nothing_to_extrapolate_from(now: float | None) -> None:
    assert episodes_for(now, 20, 0.9) is None


@given(st.floats(0.01, 0.99), st.floats(1, 10), st.floats(1, 10))
def test_stepping_up_twice_is_stepping_up_once(r: float, a: float, b: float) -> None:
    assert stepped_up(stepped_up(r, a), b) == pytest.approx(stepped_up(r, a * b))


@given(st.floats(0.05, 0.9), st.integers(10, 1000))
def test_as_many_episodes_as_asked_for_are_as_reliable(r: float, episodes: int) -> None:
    needed = episodes_for(r, episodes, 0.95)
    assert needed
    assert stepped_up(r, needed / episodes) == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize("found", [None, 0.0, -0.3])
def test_what_is_not_reliable_is_left_as_it_is(found: float | None) -> None:
    assert stepped_up(found) == found


@given(st.lists(st.floats(0.1, 10), min_size=3, max_size=3))
def test_without_noise_lengths_are_all_that_is_lost(lengths: list[float]) -> None:
    units = np.array([[1.0, 0.0], [0.6, 0.8], [0.0, -1.0]])
    means = units * np.array(lengths)[:, None]
    found = disattenuated(np.stack([means @ means.T, 0.25 * units @ units.T]))
    assert np.allclose(found, units @ units.T)


def test_what_is_all_noise_has_no_angle() -> None:
    found = disattenuated(np.array([[4.0, 1.0, 2.0], [1.0, 0.0, 1.0], [2.0, 1.0, 9.0]]))
    assert np.isnan(found[1]).all()
    assert np.isnan(found[:, 1]).all()
    assert found[0, 2] == found[2, 0] == pytest.approx(1 / 3)


def test_pairs_are_ordered_and_of_different_tasks() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 5, 5))
    others = ~np.eye(5, dtype=bool)
    assert pairs_correlation(a, b) == pytest.approx(np.corrcoef(a[others], b[others])[0, 1])
    assert pairs_correlation(a, a + 100 * np.eye(5)) == pytest.approx(1)
    assert pairs_correlation(a[:3, :3], b[:3, :3]) is None
    assert pairs_correlation(a, np.eye(5)) is None


def test_prices_are_told_of_what_is_not_reached() -> None:
    assert prices(0.92, 24) == {0.95: 40, 0.99: 207}
    assert list(prices(0.5, 24)) == list(GOALS)
    assert prices(None, 24) == prices(0.995, 24) == {}
