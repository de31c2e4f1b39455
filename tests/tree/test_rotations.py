import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from treemeta.config import Config
from treemeta.randomness import generator
from treemeta.tree.cluster import doubly_centred
from treemeta.tree.evidence import null_test, statistics
from treemeta.tree.products import Products
from treemeta.tree.rotations import chance, rotated, tossed

CONFIG = Config(dataset="functions", min_tasks=2)
KS = range(2, 4)


def halves_of(true: np.ndarray, noise: float | np.ndarray, rng: np.random.Generator) -> Products:
    """Return the centred products of two halves that see true directions through noise."""
    a, b = (true + noise * rng.normal(size=true.shape) for _ in range(2))
    aa, bb, ab = (doubly_centred(x @ y.T) for x, y in ((a, a), (b, b), (a, b)))
    return Products(aa, bb, ab, 0.0)


@settings(deadline=None, max_examples=20)
@given(st.integers(3, 12), st.integers(0, 100))
def test_a_rotation_keeps_what_all_tasks_have_together(n: int, seed: int) -> None:
    rng = generator(seed)
    halves = halves_of(rng.normal(size=(n, 5)), 0.3, rng)
    turned = rotated(halves, rng)
    for before, after in ((halves.aa, turned.aa), (halves.bb, turned.bb)):
        assert np.allclose(after.sum(0), 0, atol=1e-8)
        assert np.allclose(np.linalg.eigvalsh(before), np.linalg.eigvalsh(after), atol=1e-8)
    assert np.trace(turned.ab) == pytest.approx(np.trace(halves.ab), abs=1e-8)


def test_the_halves_are_turned_together() -> None:
    rng = generator(0)
    halves = halves_of(rng.normal(size=(6, 9)), 0.0, rng)
    turned = rotated(halves, rng)
    assert np.allclose(turned.ab, turned.aa)
    assert not np.allclose(turned.aa, halves.aa)


def test_second_halves_are_turned_around_or_not() -> None:
    rng = generator(1)
    a, b = rng.normal(size=(2, 7, 9))
    halves = Products(a @ a.T, b @ b.T, a @ b.T, 0.0)
    other = tossed(halves, rng)
    signs = np.sign(other.ab[0] / halves.ab[0])
    assert {*signs} == {-1.0, 1.0}
    assert np.allclose(other.ab, a @ (signs[:, None] * b).T)
    assert np.allclose(other.bb, (signs[:, None] * b) @ (signs[:, None] * b).T)
    assert np.array_equal(other.aa, halves.aa)


def p_values(true: np.ndarray, noise: float | np.ndarray, seed: int) -> tuple[float, float]:
    rng = generator(seed)
    halves = halves_of(true, noise, rng)
    test = null_test(
        statistics(halves, KS, CONFIG), [chance(halves, KS, CONFIG, rng) for _ in range(19)]
    )
    return test.p_variance, test.p_cut


def test_p_values_are_even_where_there_is_nothing_to_find() -> None:
    """Of tasks that are alike, though some are noisier than others, and of tasks that differ in one
    long cloud, one in twenty is cut."""
    cloud, noise = np.diag([3.0, 1.0, 1.0, 0.3]), np.geomspace(0.4, 2.5, 12)[:, None]
    found = np.array(
        [
            (
                p_values(np.zeros((12, 4)), noise, seed)[0],
                p_values(generator(seed, "cloud").normal(size=(12, 4)) @ cloud, 0.3, seed)[1],
            )
            for seed in range(300)
        ]
    )
    for each in found.T:
        for level in (0.05, 0.25, 0.5):
            below = int((each <= level + 1e-9).sum())
            assert binomtest(below, len(each), level).pvalue > 0.003
    assert found.max() == 1.0


def test_groups_are_found() -> None:
    centres = np.repeat([[4.0, 0, 0, 0], [-2.0, 3, 0, 0], [-2.0, -3, 0, 0]], 5, axis=0)
    true = centres + 0.3 * generator(0).normal(size=(15, 4))
    assert p_values(true, 0.3, 0) == (0.05, 0.05)
