from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from treemeta.analysis.ordered import centred, mantel, others, ranked, residuals
from treemeta.randomness import generator


@given(st.integers(3, 8), st.integers(0, 99))
def test_every_target_is_centred_on_its_other_sources(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(n, n))
    found = centred(matrix)
    assert np.allclose(found.sum(0), 0)
    assert not found.diagonal().any()
    assert np.allclose(centred(matrix + rng.normal(size=n)), found)
    assert np.allclose(centred(matrix + np.diag(rng.normal(size=n))), found)


def test_ties_stay_ties() -> None:
    """Every target has the same sources, in another order: rounding must not tell them apart."""
    values = np.random.default_rng(0).random(8)
    matrix = np.zeros((9, 9))
    for i in range(9):
        matrix[:, i] = np.insert(np.roll(values, i), i, 0)
    assert len(np.unique(centred(matrix)[others(9)])) == 8
    assert len(np.unique(ranked(centred(matrix))[others(9)])) == 8


def test_the_p_value_is_that_of_all_permutations_of_the_tasks() -> None:
    n, rng = 5, np.random.default_rng(4)
    x = rng.normal(size=(n, n))
    x = x + x.T
    y = x + 5 * rng.normal(size=(n, n))
    pairs = others(n)
    r, p = mantel(x, y, generator(0))
    assert r == pytest.approx(np.corrcoef(x[pairs], y[pairs])[0, 1])
    every = [
        np.corrcoef(x[np.ix_(order, order)][pairs], y[pairs])[0, 1]
        for order in permutations(range(n))
    ]
    assert 0.02 < p < 0.4
    assert p == pytest.approx(np.mean(np.array(every) >= r - 1e-12), abs=0.015)


def test_residuals_have_nothing_of_the_controls() -> None:
    rng = np.random.default_rng(0)
    x, *controls = rng.normal(size=(4, 7, 7))
    pairs = others(7)
    left = residuals(x + controls[0], controls)[pairs]
    assert all(abs(np.corrcoef(left, each[pairs])[0, 1]) < 1e-9 for each in controls)
    assert np.allclose(left, residuals(x, controls)[pairs])
