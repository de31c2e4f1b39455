from dataclasses import replace

import numpy as np
import pytest

from tests.tree.planted import planted_probe
from treemeta.randomness import generator
from treemeta.tree.products import Products, gram, products, variance

TRUTH = np.arange(12) % 3


def test_products_are_those_of_centred_means() -> None:
    probe = planted_probe(TRUTH, generator(0))
    a, b = probe.directions.mean(2).swapaxes(0, 1).astype(float)
    a, b = a - a.mean(0), b - b.mean(0)
    found = products(gram(probe))
    assert np.allclose(found.ab, a @ b.T, atol=1e-3)
    assert np.allclose(found.aa, a @ a.T, atol=1e-3)


def test_the_variance_between_tasks_is_free_of_noise() -> None:
    none = [
        variance(products(gram(planted_probe(TRUTH, generator(s), signal=0))), "head_solved")
        for s in range(40)
    ]
    some = variance(products(gram(planted_probe(TRUTH, generator(0), signal=1.0))), "head_solved")
    assert abs(np.mean(none)) < 0.002
    assert some > 0.05


def test_the_variance_between_tasks_is_what_both_halves_have_over_the_squared_mean() -> None:
    halves = products(gram(planted_probe(TRUTH, generator(0))))
    expected = np.trace(halves.ab) / 11 / abs(halves.mean)
    assert variance(halves, "head_solved") == pytest.approx(expected)


def test_where_there_are_no_directions_nothing_varies() -> None:
    nothing = planted_probe(TRUTH, generator(0))
    halves = products(gram(replace(nothing, directions=np.zeros_like(nothing.directions))))
    assert variance(halves, "head_solved") == variance(halves, "meta_gradient") == 0


def test_of_meta_gradients_it_is_the_share_of_their_square_that_both_halves_have() -> None:
    halves = products(gram(planted_probe(TRUTH, generator(0), signal=1.0)))
    share = variance(halves, "meta_gradient")
    assert 0 < share < 1.1
    doubled = Products(4 * halves.aa, 4 * halves.bb, 4 * halves.ab, halves.mean)
    assert variance(doubled, "meta_gradient") == pytest.approx(share)
    same = Products(halves.ab, halves.ab, halves.ab, halves.mean)  # no noise: all of it is shared
    n = len(halves.ab)
    assert variance(same, "meta_gradient") == pytest.approx(n / (n - 1))
