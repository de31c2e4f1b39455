import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest
from sklearn import metrics
from sklearn.metrics.cluster import contingency_matrix

from treemeta.analysis.agreement import (
    MOST_TASKS,
    correlation_score,
    orders,
    partition_scores,
    resolved_triplets,
    retrieval_score,
    scored,
    triplet_score,
)

LABELS = st.lists(st.integers(0, 4), min_size=2, max_size=30)


def reading(n: int, permutations: int = 99, seed: int = 0) -> np.ndarray:
    return orders(n, permutations, np.random.default_rng(seed))


@given(LABELS, st.integers(0, 99))
def test_partition_scores_are_those_of_scikit_learn(found: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = np.array(found), rng.integers(0, 4, len(found))
    read = reading(len(a), 3, seed)
    scores = partition_scores(a, b, read)
    assert scores["ARI"].value == pytest.approx(metrics.adjusted_rand_score(b, a))
    assert scores["AMI"].value == pytest.approx(metrics.adjusted_mutual_info_score(b, a), abs=1e-6)
    assert scores["V-measure"].value == pytest.approx(metrics.v_measure_score(b, a), abs=1e-9)
    pairs = metrics.fowlkes_mallows_score(b, a)
    assert scores["Fowlkes-Mallows"].value == pytest.approx(pairs)
    purity = contingency_matrix(b, a).max(0).sum() / len(a)
    assert scores["purity"].value == pytest.approx(purity)
    others = [metrics.adjusted_rand_score(b[order], a) for order in read[1:]]
    assert scores["ARI"].chance == pytest.approx(np.mean(others))


def test_the_truth_agrees_with_itself_and_beats_chance() -> None:
    truth = np.repeat(range(4), 5)
    scores = partition_scores(truth, truth, reading(20))
    assert {name: score.value for name, score in scores.items()} == pytest.approx(
        dict.fromkeys(scores, 1.0)
    )
    assert all(score.p == 0.01 for score in scores.values())
    assert abs(scores["ARI"].chance) < 0.05
    assert 0.2 < scores["purity"].chance < 0.6


@given(LABELS)
def test_names_of_clusters_do_not_matter(found: list[int]) -> None:
    a, read = np.array(found), reading(len(found), 5)
    b = np.arange(len(found)) % 3
    renamed = np.random.default_rng(1).permutation(5)[a]
    for one, other in zip(
        partition_scores(a, b, read).values(),
        partition_scores(renamed, b, read).values(),
        strict=True,
    ):
        assert tuple(vars(one).values()) == pytest.approx(tuple(vars(other).values()))


def test_p_values_of_chance_are_even() -> None:
    rng = np.random.default_rng(0)
    found: list[list[float]] = []
    for seed in range(200):
        truth, other = rng.integers(0, 3, (2, 30))
        closeness = rng.normal(size=(30, 30))
        closeness += closeness.T
        same = (truth[:, None] == truth).astype(int)
        read = reading(30, 99, seed)
        ordered = (
            retrieval_score(closeness, truth, read),
            correlation_score(closeness, same, read),
            triplet_score(closeness, same, read),
        )
        found.append(
            [partition_scores(other, truth, read)["AMI"].p, *(one.p for one in ordered if one)]
        )
    for p in np.array(found).T[[0, 2, 3]]:
        assert kstest(p - rng.random(200) / 100, "uniform").pvalue > 0.001
    retrieval = np.array(found)[:, 1]  # takes few values: ties make it cautious
    assert (retrieval <= 0.05).mean() <= 0.08
    assert (retrieval <= 0.5).mean() > 0.3


def test_what_ties_with_the_observation_counts_against_it() -> None:
    assert scored(np.array([0.5, 0.5, 0.5 - 1e-13, 0.1])).p == 0.75
    assert scored(np.array([0.5, 0.1, 0.2, 0.3])).p == 0.25


def test_retrieval_counts_nearest_tasks_of_the_same_family() -> None:
    truth = np.array([0, 0, 1, 1, 2])
    points = np.array([0.0, 1.0, 1.9, 5.0, 9.0])
    closeness = -np.abs(points[:, None] - points)
    # 0 finds 1, 1 finds 2, 2 finds 1, 3 finds 2; the fifth is the only one of its family.
    found = retrieval_score(closeness, truth, reading(5))
    assert found
    assert found.value == pytest.approx(2 / 4)
    tied = retrieval_score(np.zeros((5, 5)), truth, reading(5))
    assert tied
    assert tied.value == pytest.approx(1 / 4)
    assert tied.p == 1
    assert retrieval_score(closeness, np.arange(5), reading(5)) is None


def test_chance_of_retrieval_is_that_of_a_random_neighbour() -> None:
    truth = np.repeat(range(3), 4)
    closeness = np.random.default_rng(0).normal(size=(12, 12))
    found = retrieval_score(closeness + closeness.T, truth, reading(12, 2000))
    assert found
    assert found.chance == pytest.approx(3 / 11, abs=0.02)


def test_triplets_of_a_known_tree() -> None:
    depths = np.array([[3, 2, 1, 0], [2, 3, 1, 0], [1, 1, 3, 0], [0, 0, 0, 3]])
    triplets = {(frozenset((a, b)), c) for a, b, c in resolved_triplets(depths).T.tolist()}
    assert triplets == {
        (frozenset((0, 1)), 2),
        (frozenset((0, 1)), 3),
        (frozenset((0, 2)), 3),
        (frozenset((1, 2)), 3),
    }
    same = triplet_score(depths, depths, reading(4))
    assert same
    assert same.value == 1
    flat = triplet_score(np.zeros((4, 4)), depths, reading(4))
    assert flat
    assert flat.value == pytest.approx(1 / 3)
    swapped = depths[:, [0, 2, 1, 3]][[0, 2, 1, 3]]
    other = triplet_score(swapped, depths, reading(4))
    assert other
    assert other.value == pytest.approx(3 / 4)
    assert triplet_score(depths, np.zeros((4, 4)), reading(4)) is None


def test_triplets_of_many_tasks_are_drawn() -> None:
    truth = np.arange(2 * MOST_TASKS) % 3
    depths = (truth[:, None] == truth).astype(int)
    found = resolved_triplets(depths)
    assert 1000 < found.shape[1] < 40_000
    assert (found[0] != found[1]).all()  # the third is in another group than both
    a, b, c = truth[found]
    assert (a == b).all()
    assert (a != c).all()


def test_correlation_is_over_pairs() -> None:
    rng = np.random.default_rng(0)
    closeness, depths = rng.normal(size=(6, 6)), rng.integers(0, 3, (6, 6))
    closeness, depths = closeness + closeness.T, depths + depths.T
    pairs = np.triu_indices(6, 1)
    found = correlation_score(closeness, depths, reading(6, 9))
    assert found
    assert found.value == pytest.approx(np.corrcoef(closeness[pairs], depths[pairs])[0, 1])
    assert correlation_score(np.eye(6), depths, reading(6)) is None
    assert correlation_score(closeness, np.eye(6), reading(6)) is None


def test_the_first_order_reads_the_truth_as_it_is() -> None:
    read = reading(7, 5)
    assert read[0].tolist() == list(range(7))
    assert all(sorted(order) == list(range(7)) for order in read.tolist())
    assert len({tuple(order) for order in read.tolist()}) > 1


def test_every_score_reads_the_truth_in_the_order_given() -> None:
    rng = np.random.default_rng(3)
    closeness, truth = rng.normal(size=(9, 9)), np.arange(9) % 4
    closeness = closeness + closeness.T
    depths = (truth[:, None] == truth).astype(int)
    order = np.array([4, 2, 0, 1, 3, 8, 5, 7, 6])
    read, alone = np.stack([np.arange(9), order]), np.arange(9)[None].repeat(2, axis=0)
    moved = depths[np.ix_(order, order)]
    for score, known, other in (
        (triplet_score, depths, moved),
        (correlation_score, depths, moved),
        (retrieval_score, truth, truth[order]),
    ):
        given, expected = score(closeness, known, read), score(closeness, other, alone)
        assert given
        assert expected
        assert given.chance == pytest.approx(expected.value)
