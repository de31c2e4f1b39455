from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tree.planted import planted_probe
from treemeta.randomness import generator
from treemeta.tree.cosines import halves_correlation, reliability, similarity
from treemeta.tree.probe import Probe
from treemeta.tree.products import gram, products

TRUTH = np.arange(12) % 3


def test_it_is_the_cosine_across_the_halves_of_all_block_products() -> None:
    probe = planted_probe(TRUTH, generator(0))
    assert np.allclose(similarity(probe), products(gram(probe)).across(), atol=1e-5)


def test_the_halves_are_correlated_over_pairs_of_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    probe = planted_probe(TRUTH, generator(0), noise=3.0)
    pairs = np.triu_indices(12, 1)
    a, b = (half[pairs] for half in products(gram(probe)).within())
    expected = np.corrcoef(a, b)[0, 1]
    whole = similarity(probe)
    for rows in (1, 5, 12, 256):
        monkeypatch.setattr("treemeta.tree.cosines.ROWS", rows)
        assert halves_correlation(probe) == pytest.approx(expected, abs=1e-5)
        assert np.array_equal(similarity(probe), whole)


def test_similarity_is_symmetric_named_and_its_ceiling_rises_with_less_noise() -> None:
    clean, noisy = (similarity(planted_probe(TRUTH, generator(0), noise=n)) for n in (0.1, 5.0))
    assert list(clean.index) == list(clean.columns) == [f"t{i:02d}" for i in range(12)]
    assert np.allclose(clean, clean.T)
    assert np.diag(clean).min() > 0.99
    assert np.diag(noisy).mean() < 0.9


@given(st.floats(0.1, 100), st.integers(0, 99))
@settings(max_examples=20)
def test_neither_scale_nor_a_shared_pull_matters(scale: float, seed: int) -> None:
    probe = planted_probe(TRUTH, generator(seed))
    shared = generator(seed, "shared").normal(size=60)
    moved = Probe(
        probe.tasks, (scale * (probe.directions + shared)).astype(np.float32), probe.episodes
    )
    assert np.allclose(similarity(probe), similarity(moved), atol=1e-3)


def test_reliability_is_that_of_a_repetition() -> None:
    # 200 pairs of probes that share the tasks and nothing else: the mean correlation of their
    # matrices is what the formula estimates from one probe alone.
    estimates, repeats = [], []
    pairs = np.triu_indices(12, 1)
    for seed in range(60):
        once = planted_probe(TRUTH, generator(seed), noise=4.0)
        again = planted_probe(TRUTH, generator(seed), noise=4.0)
        fresh = 4.0 * generator(seed, "fresh").normal(size=once.directions.shape)
        old = 4.0 * _noise_of(seed)
        again = Probe(once.tasks, (once.directions - old + fresh).astype(np.float32), 12)
        estimates.append(reliability(once))
        matrices = [similarity(probe).to_numpy()[pairs] for probe in (once, again)]
        repeats.append(np.corrcoef(matrices)[0, 1])
    assert 0.3 < np.mean(repeats) < 0.95
    assert np.mean(estimates) == pytest.approx(np.mean(repeats), abs=0.06)


def _noise_of(seed: int) -> np.ndarray:
    rng = generator(seed)
    rng.normal(size=(3, 60))
    return np.asarray(rng.normal(size=(12, 2, 6, 60)))


def test_pure_noise_is_not_reliable() -> None:
    found = [reliability(planted_probe(TRUTH, generator(s), signal=0)) for s in range(20)]
    assert abs(np.mean([value or 0 for value in found])) < 0.2


@pytest.mark.parametrize("tasks", [1, 2, 3])
def test_too_few_tasks_have_no_reliability(tasks: int) -> None:
    probe = planted_probe(np.zeros(tasks, int), generator(0))
    assert reliability(probe) is None


def test_uncentred_it_is_the_plain_cosine_across_the_halves() -> None:
    probe = replace(planted_probe(TRUTH, generator(0)), centred=False)
    a, b = (probe.directions[:, half].mean(1) for half in (0, 1))
    a, b = (each / np.linalg.norm(each, axis=1, keepdims=True) for each in (a, b))
    plain = (a @ b.T + b @ a.T) / 2
    assert np.allclose(similarity(probe), plain, atol=1e-5)
    across = products(gram(probe), centred=False).across()
    assert np.allclose(similarity(probe), across, atol=1e-5)
    assert not np.allclose(similarity(replace(probe, centred=True)), plain, atol=0.05)
