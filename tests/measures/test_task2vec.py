from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.measures.test_direction import subject
from tests.tree.planted import planted_probe
from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn.head_solved import PENALTY
from treemeta.learn.network import features_given, init_params, norm_statistics
from treemeta.learn.params import body
from treemeta.learn.ridge import centred_targets, ridge_head
from treemeta.measures import task2vec
from treemeta.measures.task2vec import fisher, measure, normalised_cosines
from treemeta.randomness import generator
from treemeta.tasks.dataset import Dataset
from treemeta.tree.reliability import pairs_correlation, stepped_up

CONFIG = Config(learner="reptile", ways=3, filters=4, inner_batch_size=4)
PARAMS = {name: p.double() for name, p in init_params(CONFIG, generator(0)).items()}
IMAGES = torch.rand(6, 1, 28, 28, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
LABELS = torch.arange(6) % 3


@given(st.integers(1, 5), st.floats(0.1, 1000), st.integers(0, 99))
def test_scale_counts_and_equals_are_one(n: int, scale: float, seed: int) -> None:
    a = np.random.default_rng(seed).exponential(size=(n, 7)) + 0.01
    found = normalised_cosines(a, a)
    assert np.allclose(np.diag(found), 1)
    assert np.allclose(found, found.T)
    assert (found <= 1 + 1e-12).all()
    assert np.allclose(normalised_cosines(scale * a, scale * a), found)


def test_a_filter_s_say_is_its_share_of_both() -> None:
    """Of [1, 1] and [1, 3] by hand, equation 4: [1/2, 1/4] and [1/2, 3/4]."""
    found = normalised_cosines(np.array([[1.0, 1.0]]), np.array([[1.0, 3.0]]))
    assert found[0, 0] == pytest.approx(0.4375 / np.sqrt(0.3125 * 0.8125))


def test_filters_without_sensitivity_have_no_say() -> None:
    a, b = np.array([[1.0, 2.0, 0.0]]), np.array([[2.0, 1.0, 0.0]])
    expected = normalised_cosines(a[:, :2], b[:, :2])
    assert np.allclose(normalised_cosines(a, b), expected)
    assert 0 < expected[0, 0] < 1


def test_it_is_the_fisher_information_of_the_solved_outputs() -> None:
    """The mean over random signs is the sum over outputs of squared gradients."""
    leaves = {name: tensor.clone().requires_grad_() for name, tensor in body(PARAMS).items()}
    seen = norm_statistics(body(PARAMS), IMAGES)
    hidden = features_given(leaves, IMAGES, seen)
    head = ridge_head(hidden.detach(), centred_targets(LABELS), PENALTY)
    outputs = hidden @ head
    exact = []
    for name in ("conv1.weight", "conv2.weight"):
        squares = sum(
            torch.autograd.grad(outputs[i, c], leaves[name], retain_graph=True)[0] ** 2
            for i in range(6)
            for c in range(3)
        )
        exact.append(squares.mean(dim=(1, 2, 3)) / 6)  # type: ignore[union-attr]
    drawn = [fisher(PARAMS, IMAGES, LABELS, "batch", generator(i)) for i in range(400)]
    mean = torch.stack(drawn).mean(0)
    assert torch.allclose(mean, torch.cat(exact), rtol=0.15)


def test_a_permutation_of_the_labels_changes_nothing_on_average() -> None:
    renamed = torch.tensor([2, 0, 1])[LABELS]
    once, again = (
        torch.stack([fisher(PARAMS, IMAGES, y, "batch", generator(i)) for i in range(200)]).mean(0)
        for y in (LABELS, renamed)
    )
    assert torch.allclose(once, again, rtol=0.2)


def test_the_matrix_is_symmetric_with_a_ceiling(
    small_config: Config, small: Dataset, engine: Engine
) -> None:
    found = measure(subject(small_config, small, engine, target=0.0))
    assert found.episodes == small_config.probe_episodes
    assert np.allclose(found.matrix, found.matrix.T)
    assert np.diag(found.matrix).mean() > found.matrix.to_numpy().mean()
    assert np.diag(found.matrix).max() < 1
    assert found.reliability is not None


def test_reliability_is_that_of_both_halves_together() -> None:
    planted = planted_probe(np.arange(6) % 3, generator(0), noise=2.0)
    probe = replace(planted, directions=planted.directions**2)  # no information is below 0
    halves = [normalised_cosines(half, half) for half in probe.directions.mean(2).swapaxes(0, 1)]
    expected = stepped_up(pairs_correlation(*halves))
    assert task2vec._reliability(probe) == pytest.approx(expected, abs=1e-4)
