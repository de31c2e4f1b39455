"""Conflicts of planted gradients: their cosine, its interval, and which groups become one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t

from treemeta.randomness import generator
from treemeta.store.evidence import Conflict
from treemeta.tree.cluster import cut
from treemeta.tree.conflict import (
    View,
    conflicts,
    crossed,
    group_products,
    named_alike,
    reconciled,
    unbiased,
)
from treemeta.tree.probe import Probe
from treemeta.tree.products import gram, products

TASKS, DIM, SPREAD = 8, 40, 0.2


def planted(means: np.ndarray, seed: int, noise: float = 1.0, spread: float = SPREAD) -> np.ndarray:
    """Return the products of ``TASKS`` tasks around each mean ``float[k, dim]``, as they are
    estimated from noisy blocks of episodes."""
    return unbiased(products(blocks_of(means, seed, noise, spread), centred=False))


def blocks_of(means: np.ndarray, seed: int, noise: float, spread: float) -> np.ndarray:
    """Return the products of all blocks of ``TASKS`` tasks around each mean."""
    rng = generator(seed, "conflict")
    own = np.repeat(means, TASKS, axis=0) + spread * rng.normal(size=(TASKS * len(means), DIM))
    blocks = own[:, None, None] + noise * rng.normal(size=(len(own), 2, 4, DIM))
    names = tuple(f"t{i:02d}" for i in range(len(own)))
    return gram(Probe(names, blocks.astype(np.float32), 8))


def told(inner: np.ndarray, labels: np.ndarray) -> tuple[Conflict, ...]:
    return conflicts(labels, [View(inner, labels)])


def merged(inner: np.ndarray, labels: np.ndarray) -> np.ndarray:
    found: np.ndarray = reconciled([View(inner, labels)])[labels]
    return found


def means_with(cosine: float) -> np.ndarray:
    """Return two vectors of unit length at an angle."""
    means = np.zeros((2, DIM))
    means[:, 0], means[1, 1] = (1, cosine), np.sqrt(1 - cosine**2)
    return means


HALVES = np.repeat([0, 1], TASKS)


@pytest.mark.parametrize("cosine", [-0.6, 0.0, 0.5])
def test_the_interval_covers_the_planted_cosine(cosine: float) -> None:
    found = [told(planted(means_with(cosine), seed), HALVES)[0] for seed in range(100)]
    values = [one.cosine for one in found]
    assert None not in values
    # The mean of so many tasks is longer than that of all there might be, by what they differ.
    expected = cosine / (1 + SPREAD**2 * DIM / TASKS)
    assert np.mean(values) == pytest.approx(expected, abs=0.03)  # type: ignore[arg-type]
    covered = sum(one.low <= expected <= one.high for one in found)  # type: ignore[operator]
    assert 88 <= covered <= 100
    reach = np.mean([one.high - one.low for one in found]) / 2  # type: ignore[operator]
    assert 1.5 < reach / np.std(values) < 3  # type: ignore[arg-type]


def test_the_interval_is_that_of_the_jackknife_over_tasks() -> None:
    lengths = np.arange(1.0, 9)  # of tasks apart from what they all share, whose square is a half
    one, other = lengths[:4], lengths[4:]

    def cosine(*groups: np.ndarray) -> float:
        return float(0.5 / np.sqrt(np.prod([0.5 + g.sum() / len(g) ** 2 for g in groups])))

    without = [cosine(np.delete(one, task), other) for task in range(4)]
    again = [cosine(one, np.delete(other, task)) for task in range(4)]
    error = np.sqrt(3 * np.var(without) + 3 * np.var(again))  # of n, 1 / n of the sum n - 1 times
    (found,) = told(np.diag(lengths) + 0.5, np.repeat([0, 1], 4))
    expected = cosine(one, other) + t.ppf(0.975, 6) * error * np.array([-1, 0, 1])
    assert (found.low, found.cosine, found.high) == pytest.approx(tuple(expected))


def test_noise_meets_itself_nowhere() -> None:
    nothing = [planted(np.zeros((1, DIM)), seed, noise=3.0, spread=0.0) for seed in range(40)]
    products = np.array([inner.mean() for inner in nothing])
    assert abs(products.mean()) < 4 * products.std() / np.sqrt(len(products))
    diagonals = np.array([inner.diagonal().mean() for inner in nothing])
    assert abs(diagonals.mean()) < 4 * diagonals.std() / np.sqrt(len(diagonals))


def test_a_gradient_that_is_all_noise_has_no_cosine() -> None:
    inner = np.diag([1.0, 1.0, -1.0, -1.0])
    (found,) = told(inner, np.array([0, 0, 1, 1]))
    assert found.cosine is None


def test_a_child_of_one_task_has_no_interval() -> None:
    inner = planted(means_with(-0.5), 0)[:9, :9]
    (found,) = told(inner, np.array([0] * 8 + [1]))
    assert found.cosine is not None
    assert (found.low, found.high) == (None, None)


def test_groups_that_point_the_same_way_become_one() -> None:
    apart = means_with(-0.6)
    means = np.array([apart[0], apart[1], 0.5 * apart[0], 2 * apart[1]])
    inner = planted(means, 0)
    labels = np.repeat([0, 1, 2, 3], TASKS)
    assert merged(inner, labels).tolist() == np.repeat([0, 1, 0, 1], TASKS).tolist()
    assert merged(planted(means_with(0.6), 0), HALVES).max() == 0


@given(st.integers(0, 10**6), st.integers(2, 5))
def test_what_is_left_conflicts_and_is_made_of_what_there_was(seed: int, k: int) -> None:
    rng = generator(seed)
    means = rng.normal(size=(k, DIM)) - 0.5 * rng.normal(size=DIM)
    inner, labels = planted(means, seed), np.repeat(np.arange(k), TASKS)
    found = merged(inner, labels)
    assert all(len(np.unique(found[labels == group])) == 1 for group in range(k))
    between = group_products(inner, found)
    assert found.max() == 0 or (between[~np.eye(len(between), dtype=bool)] < 0).all()


@given(st.integers(0, 10**6))
def test_the_order_of_the_tasks_has_no_part_in_it(seed: int) -> None:
    inner = planted(generator(seed).normal(size=(3, DIM)), seed)
    labels, order = np.repeat([0, 1, 2], TASKS), generator(seed, "order").permutation(3 * TASKS)
    straight = merged(inner, labels)
    turned = merged(inner[np.ix_(order, order)], labels[order])
    same = straight[order][:, None] == straight[order]
    assert np.array_equal(turned[:, None] == turned, same)


def found_in(means: np.ndarray, seed: int, **how: float) -> tuple[float, float]:
    """Return the cosine of the two groups that noisy blocks make of tasks: judged by the blocks
    that made them, and crosswise."""
    blocks = blocks_of(means, seed, **how)
    labels = cut(products(blocks).across(), 2, 3)
    (same,) = told(unbiased(products(blocks, centred=False)), labels)
    (other,) = conflicts(labels, crossed(blocks, labels, 3))
    assert same.cosine is not None
    assert other.cosine is not None
    return same.cosine, other.cosine


def test_groups_that_noise_has_made_do_not_seem_to_conflict() -> None:
    one = np.zeros((2, DIM))
    one[:, 0] = 1.5  # all tasks alike: whatever groups there are, their gradients are the same
    found = np.array([found_in(one, seed, noise=1.0, spread=0.0) for seed in range(60)])
    same, crosswise = found.mean(0)
    assert same < 0.85
    assert crosswise > 0.94  # of cosines that cannot be above 1 the mean is below it


@pytest.mark.parametrize(
    ("cosine", "length", "off"), [(-0.5, 3.0, 0.03), (0.3, 3.0, 0.03), (-0.6, 1.5, 0.04)]
)
def test_groups_that_are_there_conflict_crosswise_too(
    cosine: float, length: float, off: float
) -> None:
    apart = length * means_with(cosine)
    found = np.array([found_in(apart, seed, noise=1.0, spread=0.0) for seed in range(40)])
    assert found[:, 1].mean() == pytest.approx(cosine, abs=off)


def test_the_interval_covers_what_is_judged_crosswise() -> None:
    apart, covered = 3 * means_with(-0.5), 0
    expected = -0.5 / (1 + SPREAD**2 * DIM / TASKS / 9)
    for seed in range(60):
        blocks = blocks_of(apart, seed, noise=1.0, spread=SPREAD)
        labels = cut(products(blocks).across(), 2, 3)
        (found,) = conflicts(labels, crossed(blocks, labels, 3))
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= expected <= found.high
    assert 52 <= covered <= 60


@given(st.integers(0, 10**6), st.integers(1, 4))
def test_without_a_task_is_what_the_others_make_alone(seed: int, k: int) -> None:
    rng = generator(seed)
    own, labels = rng.normal(size=(9, DIM)), np.append(rng.permutation(8) % k, k)
    inner = own @ own.T
    found = View(inner, labels).products_without()
    for task in range(8):
        kept = np.arange(9) != task
        alone = group_products(inner[np.ix_(kept, kept)], labels[kept])
        assert found[task] == pytest.approx(alone)
    assert np.isnan(found[8, k]).all()  # alone in its group
    assert np.isfinite(found[8, :k, :k]).all()


def test_a_gradient_that_is_all_noise_conflicts_with_nothing() -> None:
    inner = np.diag([1.0, 1.0, -1.0, -1.0]) - 0.1
    assert merged(inner, np.array([0, 0, 1, 1])).tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize(("blocks", "views"), [(2, 2), (3, 3), (6, 4)])
def test_every_block_judges_once(blocks: int, views: int) -> None:
    rng = generator(blocks)
    drawn = rng.normal(size=(9, 2, blocks, DIM)).astype(np.float32)
    drawn[:3] += 9  # whatever the blocks, the groups are these
    whole = gram(Probe(tuple("abcdefghi"), drawn, 2 * blocks))
    labels = np.array([0] * 3 + [1] * 6)
    found = crossed(whole, labels, 3)
    assert len(found) == views
    assert all(np.array_equal(view.labels, labels) for view in found)
    judged = [  # each block in one view and no other
        unbiased(products(whole, np.broadcast_to(chosen / chosen.sum(), (9, 2, blocks)), False))
        for chosen in (np.arange(blocks) % 4 == number for number in range(views))
    ]
    assert all(np.allclose(view.inner, one) for view, one in zip(found, judged, strict=True))


@given(st.integers(0, 10**6), st.integers(2, 5))
def test_groups_get_the_numbers_of_those_they_are_most_like(seed: int, k: int) -> None:
    labels, turned = np.repeat(np.arange(k), 3), generator(seed).permutation(k)
    assert np.array_equal(named_alike(turned[labels], labels), labels)
    moved = labels.copy()
    moved[0] = k - 1
    assert np.array_equal(named_alike(turned[moved], labels), moved)
