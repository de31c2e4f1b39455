from dataclasses import replace

import numpy as np
import pytest

from treemeta.randomness import generator
from treemeta.tree.cosines import similarity
from treemeta.tree.pair_intervals import pair_intervals
from treemeta.tree.probe import Probe

CENTRES = generator(0).normal(size=(8, 60))


def drawn(noise: float, seed: int, blocks: int = 12) -> Probe:
    """Return a probe of tasks whose true directions are ``CENTRES``."""
    noises = noise * generator(seed).normal(size=(8, 2, blocks, 60))
    directions = (3 + CENTRES[:, None, None] + noises).astype(np.float32)
    return Probe(tuple(f"t{i}" for i in range(8)), directions, 2 * blocks)


def covered(target: np.ndarray, correct: bool, noise: float, blocks: int = 12) -> float:
    """Return the share of pairs of 40 probes whose interval holds the target."""
    others = ~np.eye(8, dtype=bool)
    found = []
    for seed in range(40):
        low, high = pair_intervals(drawn(noise, seed, blocks), correct, generator(seed, "again"))
        found.append(((low <= target) & (target <= high))[others].mean())
    return float(np.mean(found))


@pytest.mark.parametrize(("blocks", "least", "most"), [(12, 0.91, 0.98), (3, 0.96, 0.99)])
def test_intervals_cover_what_other_episodes_show(blocks: int, least: float, most: float) -> None:
    often = [similarity(drawn(1.0, 1000 + seed, blocks)).to_numpy() for seed in range(200)]
    assert least < covered(np.mean(often, axis=0), False, 1.0, blocks) < most


def test_corrected_intervals_cover_what_endless_episodes_show() -> None:
    truth = similarity(drawn(0.0, 0)).to_numpy()
    assert 0.91 < covered(truth, True, 1.0) < 0.99
    assert covered(truth, False, 3.0) < 0.8  # uncorrected cosines are too small for it


def test_more_noise_is_less_sure() -> None:
    quiet, loud = (
        np.subtract(*pair_intervals(drawn(noise, 0), False, generator(0))[::-1])
        for noise in (0.5, 2.0)
    )
    assert quiet.mean() < loud.mean()
    assert np.allclose(quiet, quiet.T)


def test_a_task_of_noise_alone_has_no_corrected_interval() -> None:
    probe = drawn(1.0, 0)
    probe.directions[0] = 3 + 12 * generator(1).normal(size=probe.directions[0].shape)
    low, high = pair_intervals(probe, True, generator(0))
    assert np.isnan(low[0]).all()
    assert np.isfinite(high[1:, 1:]).all()


@pytest.mark.parametrize("correct", [False, True])
def test_the_same_generator_gives_the_same_interval(correct: bool) -> None:
    once, again = (pair_intervals(drawn(1.0, 0), correct, generator(5)) for _ in range(2))
    assert np.array_equal(once, again, equal_nan=True)


def test_uncentred_intervals_surround_uncentred_cosines() -> None:
    plain, around = (replace(drawn(1.0, 3), centred=centred) for centred in (False, True))
    low, high = pair_intervals(plain, False, generator(0))
    assert np.allclose((low + high) / 2, similarity(plain), atol=1e-5)
    assert not np.allclose((low + high) / 2, similarity(around), atol=0.1)
    assert (high - low).max() < 0.1  # the mean that all share is as sure as all episodes together
