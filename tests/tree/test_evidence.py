import numpy as np
import pytest

from tests.tree.planted import planted_probe
from treemeta.config import Config
from treemeta.randomness import generator
from treemeta.tree.cluster import cut
from treemeta.tree.evidence import Statistics, null_test, resample, stability, statistics
from treemeta.tree.products import gram, products

KS = range(2, 5)
ONE, THREE = (Config(learner="reptile", min_tasks=least) for least in (1, 3))


def null_statistics(seed: int, number: int) -> Statistics:
    rng = generator(seed, number)
    # Three numbers of children on three scales, skewed and correlated: nothing normal about them.
    shared = rng.exponential()
    return Statistics(rng.normal(), np.array([1, 10, 100]) * (shared + rng.exponential(size=3)))


def test_p_values_are_uniform_when_there_is_nothing() -> None:
    found = [
        null_test(null_statistics(seed, 0), [null_statistics(seed, i) for i in range(1, 20)])
        for seed in range(400)
    ]
    for values in ([one.p_cut for one in found], [one.p_variance for one in found]):
        counts = np.histogram(values, bins=np.arange(0.025, 1.05, 0.05))[0]
        assert counts.sum() == 400
        assert ((counts - 20) ** 2 / 20).sum() < 43.8  # chi-square, 19 degrees, p = 0.001


def test_each_number_of_children_is_held_against_the_best_of_every_deal() -> None:
    rng = generator(0)
    deals = [Statistics(0.0, np.array([0.3, -0.3]) + 0.01 * rng.random(2)) for _ in range(19)]
    found = null_test(Statistics(0.0, np.array([0.25, 0.25])), deals)
    assert found.p_cuts.tolist() == [1.0, 0.05]
    assert found.p_cut == 0.05


def test_excess_is_what_is_beyond_the_mean_of_the_deals() -> None:
    deals = [Statistics(0.0, np.array(each)) for each in ([0.3, -0.3], [0.1, -0.1])]
    found = null_test(Statistics(0.0, np.array([0.5, 0.25])), deals)
    assert found.excess == pytest.approx(np.array([0.3, 0.45]))


def test_p_values_are_the_smallest_possible_when_there_is_everything() -> None:
    truth = np.arange(12) % 3
    observed = statistics(products(gram(planted_probe(truth, generator(0)))), KS, THREE)
    deals = [
        statistics(products(gram(planted_probe(truth, generator(i), signal=0))), KS, THREE)
        for i in range(19)
    ]
    found = null_test(observed, deals)
    assert found.p_cut == found.p_variance == 1 / 20
    assert KS[int(found.excess.argmax())] == 3


def test_held_out_cohesion_of_noise_is_nothing() -> None:
    # Tasks centred on their mean are a little unlike each other: -1 / (n - 1).
    found = [
        statistics(products(gram(planted_probe(np.arange(12), generator(s), signal=0))), KS, ONE)
        for s in range(60)
    ]
    assert np.mean([one.cohesions.mean() for one in found]) == pytest.approx(-1 / 11, abs=0.03)


def test_a_resample_differs_and_draws_blocks_for_each_task_and_half_on_its_own() -> None:
    own = gram(planted_probe(np.arange(8) % 2, generator(0)))
    drawn = resample(own, 2, generator(1))
    first, second = drawn
    assert not np.allclose(first.ab, second.ab)
    assert all(len(np.unique(one.reshape(16, -1), axis=0)) == 16 for one in drawn.weights)


def test_stability_and_support() -> None:
    labels = np.array([0, 0, 0, 1, 1])
    again = [labels, 1 - labels, np.array([0, 0, 1, 1, 1])]
    stabilities, supports = stability(labels, again)
    assert supports.tolist() == pytest.approx([2 / 3, 2 / 3])
    assert stabilities.tolist() == pytest.approx([(2 + 2 / 3) / 3, (2 + 2 / 3) / 3])


def test_planted_clusters_always_reappear_and_noise_does_not() -> None:
    truth = np.arange(12) % 2
    for signal, expected in ((2.0, True), (0.0, False)):
        own = gram(planted_probe(truth, generator(3), signal=signal))
        labels = cut(products(own).across(), 2, 3)
        again = [cut(one.across(), 2, 3) for one in resample(own, 30, generator(0))]
        _, supports = stability(labels, again)
        assert (supports.min() > 0.9) == expected
