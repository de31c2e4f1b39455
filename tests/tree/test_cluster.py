import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tree.planted import planted_probe
from treemeta.randomness import generator
from treemeta.tree.cluster import assign, canonical, cohesion, cut, embed
from treemeta.tree.products import gram, products

CASES = st.tuples(st.integers(6, 14), st.integers(2, 4), st.integers(1, 3), st.integers(0, 999))


def groups(labels: np.ndarray) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(labels == c).tolist()) for c in np.unique(labels)}


def noise(n: int, seed: int) -> np.ndarray:
    rows = generator(seed).normal(size=(n, n))
    return np.asarray(rows @ rows.T / n)


@given(CASES)
def test_every_task_is_in_one_cluster_and_none_is_too_small(
    case: tuple[int, int, int, int],
) -> None:
    n, k, least, seed = case
    k = min(k, n // least)
    labels = cut(noise(n, seed), k, least)
    assert labels.shape == (n,)
    assert sorted(np.unique(labels)) == list(range(k))
    assert np.bincount(labels).min() >= least


@given(CASES)
def test_the_order_of_the_tasks_is_no_matter(case: tuple[int, int, int, int]) -> None:
    n, k, least, seed = case
    k = min(k, n // least)
    similarity, order = noise(n, seed), generator(seed, "order").permutation(n)
    shuffled = cut(similarity[np.ix_(order, order)], k, least)
    back = np.empty(n, dtype=int)
    back[order] = shuffled
    assert groups(back) == groups(cut(similarity, k, least))


@pytest.mark.parametrize("k", [2, 3, 5])
def test_planted_clusters_are_found(k: int) -> None:
    truth = np.arange(20) % k
    found = cut(products(gram(planted_probe(truth, generator(k)))).across(), k, 3)
    assert groups(found) == groups(truth)


def test_an_outlier_gets_company_where_none_may_be_alone() -> None:
    truth = np.array([0] * 7 + [1])
    similarity = np.where(truth[:, None] == truth, 1.0, -1.0)
    assert np.bincount(cut(similarity, 2, 1)).tolist() == [7, 1]
    assert sorted(np.bincount(cut(similarity, 2, 3))) == [3, 5]


def test_equal_tasks_are_still_cut() -> None:
    assert np.bincount(cut(np.ones((6, 6)), 3, 2)).tolist() == [2, 2, 2]


@given(st.integers(2, 12), st.integers(0, 999))
def test_points_have_the_similarity_as_inner_products(n: int, seed: int) -> None:
    similarity = noise(n, seed)
    points = embed(similarity)
    assert np.allclose(points @ points.T, similarity, atol=1e-8)


@given(st.integers(0, 999))
def test_the_assignment_is_the_cheapest_there_is(seed: int) -> None:
    from itertools import product

    costs = generator(seed).random((6, 2))
    feasible = [labels for labels in product((0, 1), repeat=6) if 2 <= sum(labels) <= 4]
    best = min(sum(costs[i, c] for i, c in enumerate(labels)) for labels in feasible)
    found = assign(costs, 2)
    assert costs[np.arange(6), found].sum() == pytest.approx(best)


def test_clusters_are_numbered_by_their_first_member() -> None:
    assert canonical(np.array([2, 2, 0, 1, 0])).tolist() == [0, 0, 1, 2, 1]


def test_cohesion_is_the_mean_similarity_to_company() -> None:
    similarity = np.array([[9, 0.5, -1], [0.5, 9, -1], [-1, -1, 9.0]])
    assert cohesion(similarity, np.array([0, 0, 1])) == pytest.approx((0.5 + 0.5 + 0) / 3)
    assert cohesion(similarity, np.zeros(3, int)) == pytest.approx((-0.25 - 0.25 - 1) / 3)


def test_two_tasks_are_cut_without_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert cut(np.zeros((2, 2)), 2, 1).tolist() == [0, 1]  # scipy takes it for distances
