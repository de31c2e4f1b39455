import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal
from torch import Tensor

from treemeta.errors import ConfigError
from treemeta.learn import numbers
from treemeta.learn.params import Params, fits, from_arrays, to_arrays

N, Q, WIDTH = 6, 4, 3
SUPPORT, QUERY = (torch.randn(n, WIDTH, generator=torch.Generator().manual_seed(n)) for n in (N, Q))
VALUES = torch.randn(N, generator=torch.Generator().manual_seed(9))
ASKED = torch.randn(Q, generator=torch.Generator().manual_seed(8))
LEARNED: Params = {
    "head.log_constant": torch.tensor(-2.0),
    "head.log_noise": torch.tensor(-1.0),
    "head.mean": torch.tensor([0.5, -1.0, 0.2, 0.3]),
}


def design(features: Tensor) -> np.ndarray:
    return np.column_stack([features.double().numpy(), np.ones(len(features))])


VARIANCES = np.append(np.ones(WIDTH), np.exp(-2.0))  # of the weights, before a support is seen


def process(features: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean and the covariance of noisy values, from the weights' prior."""
    x = design(features)
    mean = x @ LEARNED["head.mean"].double().numpy()
    return mean, x * VARIANCES @ x.T + np.exp(-1.0) * np.eye(len(x))


def density(features: Tensor, values: Tensor) -> float:
    return float(multivariate_normal.logpdf(values.double().numpy(), *process(features)))


def test_the_likelihood_is_that_of_the_gaussian_process() -> None:
    found = float(numbers.log_likelihood(numbers.condition(LEARNED, SUPPORT, VALUES)))
    expected = density(SUPPORT, VALUES) + N / 2 * np.log(2 * np.pi)
    assert found == pytest.approx(expected, rel=1e-5)


def test_what_is_expected_is_the_posterior_mean_of_the_weights() -> None:
    x, y, noise = design(SUPPORT), VALUES.double().numpy(), np.exp(-1.0)
    prior = LEARNED["head.mean"].double().numpy()
    precisions = np.diag(1 / VARIANCES)
    posterior = np.linalg.solve(x.T @ x / noise + precisions, x.T @ y / noise + precisions @ prior)
    found = numbers.outputs(LEARNED, SUPPORT, VALUES, QUERY)
    assert np.allclose(found.numpy(), design(QUERY) @ posterior, atol=1e-5)


def test_an_episode_costs_minus_the_density_of_all_its_numbers() -> None:
    found = float(numbers.episode_losses(LEARNED, SUPPORT, VALUES, QUERY, ASKED))
    together = density(torch.cat([SUPPORT, QUERY]), torch.cat([VALUES, ASKED]))
    assert found == pytest.approx(-together / (N + Q) - np.log(2 * np.pi) / 2, rel=1e-5)


def test_leaving_one_out_is_the_chain_rule_of_pairs() -> None:
    found = float(numbers.leave_one_out(numbers.condition(LEARNED, SUPPORT, VALUES)))
    kept = [torch.arange(N)[torch.arange(N) != i] for i in range(N)]
    expected = sum(density(SUPPORT, VALUES) - density(SUPPORT[k], VALUES[k]) for k in kept)
    assert found == pytest.approx(expected + N / 2 * np.log(2 * np.pi), rel=1e-5)


def test_many_episodes_at_once_are_each_alone() -> None:
    turned = SUPPORT.flip(1)
    both = numbers.episode_losses(
        LEARNED, torch.stack([SUPPORT, turned]), torch.stack([VALUES, VALUES]),
        torch.stack([QUERY, QUERY]), torch.stack([ASKED, -ASKED]),
    )  # fmt: skip
    alone = numbers.episode_losses(LEARNED, turned, VALUES, QUERY, -ASKED)
    assert both.shape == (2,)
    assert torch.allclose(both[1], alone)


def test_an_init_that_learned_no_head_has_the_usual_one() -> None:
    fresh, without = numbers.fresh(WIDTH), {"dense1.weight": torch.zeros(1)}
    assert float(numbers.noise_of(fresh)) == pytest.approx(numbers.NOISE)
    found, usual = (numbers.outputs(one, SUPPORT, VALUES, QUERY) for one in (without, fresh))
    assert torch.allclose(found, usual, atol=1e-5)


def test_how_much_levels_differ_is_learned() -> None:
    rng, episodes = np.random.default_rng(0), 300
    levels = rng.normal(0.3, 0.2, (episodes, 1))
    told = torch.tensor(levels + rng.normal(0, np.sqrt(0.5), (episodes, 16))).float()
    seen = torch.zeros(episodes, 16, WIDTH)
    params = {name: value.requires_grad_() for name, value in numbers.fresh(WIDTH).items()}
    adam = torch.optim.Adam(params.values(), lr=0.15)
    for _ in range(70):
        adam.zero_grad()
        (-numbers.log_likelihood(numbers.condition(params, seen, told))).mean().backward()
        adam.step()
    learned = {name: value.detach() for name, value in params.items()}
    assert float(numbers.variances_of(learned, WIDTH + 1)[-1]) == pytest.approx(0.2**2, rel=0.3)
    assert float(numbers.noise_of(learned)) == pytest.approx(0.5, rel=0.05)
    assert float(learned["head.mean"][-1]) == pytest.approx(0.3, abs=0.05)


@pytest.mark.parametrize("route", ["loo", "likelihood"])
def test_a_support_is_likelier_where_its_numbers_are_expected(route: str) -> None:
    usual = torch.tensor(design(SUPPORT) @ LEARNED["head.mean"].double().numpy()).float()
    likely, other = (
        float(numbers.support_likelihood(LEARNED, SUPPORT, values, route, None))
        for values in (usual, usual + 3 * torch.randn(N))
    )
    assert likely > other


def test_marks_are_squared_errors_and_losses_too() -> None:
    assert numbers.mark(torch.tensor([1.0, 2.0]), torch.tensor([0.0, 4.0])) == 2.5
    assert float(numbers.loss(torch.tensor([[1.0], [2.0]]), torch.tensor([0.0, 4.0]))) == 2.5


def test_features_that_are_not_finite_are_told() -> None:
    with pytest.raises(ConfigError, match="training diverged: lower --inner-lr or"):
        numbers.condition(LEARNED, SUPPORT * float("nan"), VALUES)


def test_a_head_from_before_its_constant_was_learned_is_read_as_it_was() -> None:
    like = {"dense1.weight": torch.ones(2, 2)} | numbers.fresh(2)
    stored = to_arrays({n: p for n, p in like.items() if n != "head.log_constant"})
    assert fits(stored, like)
    assert not fits({n: a for n, a in stored.items() if n != "head.mean"}, like)
    points = torch.rand(1, 4, 2)
    values, before = points.sum(-1), from_arrays(stored)
    expected = numbers.outputs(like, points, values, points)
    assert torch.allclose(numbers.outputs(before, points, values, points), expected)
