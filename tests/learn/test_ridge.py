import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, multivariate_t
from torch import Tensor
from torch.nn import functional as F

from treemeta.errors import ConfigError
from treemeta.learn.ridge import (
    FLOOR,
    SHAPE,
    Solved,
    answer,
    centred_targets,
    leave_one_out,
    likeliest_scale,
    log_likelihood,
    ridge_head,
    solve,
)

MADE = torch.Generator().manual_seed(0)
X = torch.randn(10, 30, generator=MADE, dtype=torch.float64)
Y = torch.randn(10, 3, generator=MADE, dtype=torch.float64)
LABELS = torch.tensor([0, 1, 2, 0, 1, 2, 0, 1, 2, 0])
QUERY = torch.randn(7, 30, generator=MADE, dtype=torch.float64)
PENALTIES = [0.03, 0.3, 3.0]
TEMPERATURE = torch.tensor(4.0, dtype=torch.float64)


def tensor(value: object) -> Tensor:
    return torch.tensor(value, dtype=torch.float64)


def explicit_head(features: Tensor, targets: Tensor, strength: Tensor) -> Tensor:
    """Return ``(X'X + strength I)^-1 X'Y``, the textbook's."""
    eye = torch.eye(features.shape[1], dtype=torch.float64)
    return torch.linalg.solve(features.T @ features + strength * eye, features.T @ targets)


def strength_of(features: Tensor, penalty: float) -> Tensor:
    return penalty * (features**2).sum(1).mean()


@pytest.mark.parametrize("penalty", [0.1, 1.0, 10.0])
def test_the_head_has_no_gradient(penalty: float) -> None:
    head = ridge_head(X, Y, penalty).requires_grad_()
    strength = penalty * (X * X).sum(1).mean()
    loss = ((X @ head - Y) ** 2).sum() + strength * (head**2).sum()
    (gradient,) = torch.autograd.grad(loss, head)
    assert gradient.abs().max() < 1e-10


def test_the_scale_of_the_features_does_not_matter() -> None:
    assert torch.allclose(X @ ridge_head(X, Y, 1.0), 7 * X @ ridge_head(7 * X, Y, 1.0))


def test_without_a_penalty_the_targets_are_met() -> None:
    assert torch.allclose(X @ ridge_head(X, Y, 1e-12), Y, atol=1e-6)


@pytest.mark.parametrize("penalty", PENALTIES)
@pytest.mark.parametrize("width", [4, 30])  # narrower and wider than there are images
def test_what_a_solved_head_answers_is_explicit_ridge_regression(
    penalty: float, width: int
) -> None:
    known, query = X[:, :width], QUERY[:, :width]
    expected = query @ explicit_head(known, centred_targets(LABELS), strength_of(known, penalty))
    found = answer(solve(known, LABELS, tensor(penalty)), known, query)
    assert torch.allclose(found, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("penalty", PENALTIES)
def test_leaving_one_out_is_solving_again_without_it(penalty: float) -> None:
    # The penalty's strength stays that of the whole support, as do the targets' means.
    targets, strength, total = centred_targets(LABELS), strength_of(X, penalty), 0.0
    for left in range(len(X)):
        others = torch.arange(len(X)) != left
        output = X[left] @ explicit_head(X[others], targets[others], strength)
        total += float((output * TEMPERATURE).log_softmax(0)[LABELS[left]])
    found = leave_one_out(solve(X, LABELS, tensor(penalty)), LABELS, TEMPERATURE)
    assert float(found) == pytest.approx(total, rel=1e-9)


def contrasts(labels: Tensor) -> np.ndarray:
    """Return all that centred one-hot targets are free to be, ``float64[w - 1, n]``: their columns
    sum to 0."""
    targets = centred_targets(labels).numpy()
    turn = np.linalg.qr(np.column_stack([np.ones(3), np.eye(3)[:, :2]]))[0][:, 1:]
    return (targets @ turn).T


def profiled_density(features: Tensor, penalty: float) -> float:
    """Return the log density of an episode's targets under a normal with the kernel's covariance,
    times the factor that makes them likeliest."""
    kernel = (features @ features.T).numpy()
    kernel = kernel / kernel.diagonal().mean() + penalty * np.eye(len(kernel))
    columns = contrasts(LABELS)
    fits = [y @ np.linalg.solve(kernel, y) for y in columns]
    factor = sum(fits) / columns.size + 3 / 2 * FLOOR
    return sum(float(multivariate_normal(cov=factor * kernel).logpdf(y)) for y in columns)


@pytest.mark.parametrize("penalty", PENALTIES)
def test_the_likelihood_is_the_density_of_a_normal_at_its_likeliest_scale(penalty: float) -> None:
    kernels = [X, X.clamp(min=0), X[:, :4], X + 5 * F.one_hot(LABELS, 30)]
    found, expected = [], []
    for features in kernels:
        found.append(float(log_likelihood(solve(features, LABELS, tensor(penalty)))))
        expected.append(profiled_density(features, penalty))
    assert np.diff(found) == pytest.approx(np.diff(expected), abs=0.02)  # what FLOOR is good for
    assert np.ptp(expected) > 1


@pytest.mark.parametrize("penalty", PENALTIES)
def test_with_a_scale_the_likelihood_is_the_density_of_a_student_t(penalty: float) -> None:
    found, expected = [], []
    targets = contrasts(LABELS).ravel()
    for scale in (0.02, 0.1, 0.5):
        for features in (X, X[:, :4], X + 5 * F.one_hot(LABELS, 30)):
            found.append(float(log_likelihood(solve(features, LABELS, tensor(penalty)), scale)))
            kernel = features @ features.T / (features**2).sum(1).mean() + penalty * torch.eye(10)
            # A column of three has but two thirds of the variance of one that is free.
            shape = np.kron(np.eye(2), 3 / 2 * (scale + FLOOR) * kernel.numpy())
            df = 2 / 3 * 2 * SHAPE
            expected.append(float(multivariate_t(shape=shape, df=df).logpdf(targets)))
    # Where a node explains next to nothing, what FLOOR adds to both is all that is left.
    assert np.diff(found) == pytest.approx(np.diff(expected), rel=1e-2, abs=0.1)


def test_an_unusual_task_is_left_to_the_node_that_explains_it() -> None:
    labels = torch.arange(5).repeat_interleave(5)
    untold = torch.randn(25, 30, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    heads = [
        solve(features, labels, tensor(0.3))
        for features in (untold + 3 * F.one_hot(labels, 30), untold)
    ]
    # The first node explains its other tasks three times as well, the second explains nothing.
    scales = [float(likeliest_scale(head)) / by for head, by in zip(heads, (3, 1), strict=True)]
    own, other = (float(log_likelihood(*each)) for each in zip(heads, scales, strict=True))
    assert own > other + 10

    def fixed(head: Solved, scale: float) -> float:
        fit, n = float(likeliest_scale(head)), 25 * 5
        log_det = 2 * float(head.factor.diagonal().log().sum())
        return -0.5 * (n * (math.log(scale) + fit / scale) + 5 * log_det)

    own, other = (fixed(*each) for each in zip(heads, scales, strict=True))
    assert own < other - 10  # which is what the spread of variances is for


def test_a_support_at_the_scale_of_its_node_is_as_likely_as_with_its_own() -> None:
    head = solve(X, LABELS, tensor(0.3))
    fit = float(likeliest_scale(head))
    own = float(log_likelihood(head))
    assert float(log_likelihood(head, fit)) == pytest.approx(own)
    assert max(float(log_likelihood(head, fit * by)) for by in (0.5, 2.0)) < own - 1


def test_no_other_scale_is_likelier() -> None:
    kernel = X @ X.T / (X**2).sum(1).mean() + 0.3 * torch.eye(10, dtype=torch.float64)
    targets = centred_targets(LABELS)
    fit = float((targets * torch.linalg.solve(kernel, targets)).sum()) / 30
    densities = [
        sum(float(multivariate_normal(cov=(s * fit * kernel).numpy()).logpdf(y))
            for y in targets.numpy().T) for s in (0.9, 1.0, 1.1)
    ]  # fmt: skip
    assert densities[1] == max(densities)


@pytest.mark.parametrize("wanted", [log_likelihood, leave_one_out])
def test_features_that_tell_the_classes_apart_are_likelier(wanted: object) -> None:
    told, untold = X + 5 * F.one_hot(LABELS, 30), X + 5 * F.one_hot(LABELS.roll(1) // 2, 30)
    heads = [solve(features, LABELS, tensor(0.3)) for features in (told, untold)]
    if wanted is log_likelihood:
        likely, other = (float(log_likelihood(head)) for head in heads)
    else:
        likely, other = (float(leave_one_out(head, LABELS, TEMPERATURE)) for head in heads)
    assert likely > other + 1


@given(st.permutations(range(3)), st.sampled_from(PENALTIES))
def test_a_permutation_of_the_labels_permutes_the_answers_and_no_likelihood(
    order: list[int], penalty: float
) -> None:
    renamed = torch.tensor(order)[LABELS]
    one, other = (solve(X, labels, tensor(penalty)) for labels in (LABELS, renamed))
    assert torch.allclose(answer(one, X, QUERY), answer(other, X, QUERY)[:, order], atol=1e-12)
    assert float(log_likelihood(one)) == pytest.approx(float(log_likelihood(other)), rel=1e-12)
    left_out = [
        float(leave_one_out(head, labels, TEMPERATURE))
        for head, labels in ((one, LABELS), (other, renamed))
    ]
    assert left_out[0] == pytest.approx(left_out[1], rel=1e-12)


@given(st.floats(1e-3, 1e3), st.sampled_from(PENALTIES))
def test_a_solved_head_does_not_mind_the_scale_of_the_features(
    scale: float, penalty: float
) -> None:
    one, other = (solve(each, LABELS, tensor(penalty)) for each in (X, scale * X))
    assert torch.allclose(
        answer(one, X, QUERY), answer(other, scale * X, scale * QUERY), rtol=1e-8, atol=1e-10
    )
    assert float(log_likelihood(one)) == pytest.approx(float(log_likelihood(other)), rel=1e-9)


@pytest.mark.parametrize(
    ("features", "penalty"),
    [
        (torch.eye(9, 30)[[0, *range(9)]], torch.tensor(-math.inf).exp()),  # an image twice
        (torch.zeros(10, 30), torch.tensor(0.3)),  # no length to measure by
        (torch.full((10, 30), math.nan), torch.tensor(0.3)),
        (X.float(), torch.tensor(math.nan)),
    ],
    ids=["duplicates", "dead", "features", "penalty"],
)
def test_a_system_without_a_solution_is_one_sentence(features: Tensor, penalty: Tensor) -> None:
    with pytest.raises(ConfigError, match=r"head cannot be solved with ridge penalty \S+, train"):
        solve(features, LABELS, penalty)


@pytest.mark.parametrize("broken", [math.nan, math.inf, 0.0])
def test_features_that_tell_nothing_have_no_head(broken: float) -> None:
    targets, said = centred_targets(LABELS).float(), "features of an episode are all nought, or not"
    with pytest.raises(ConfigError, match=said):
        ridge_head(torch.full((10, 30), broken), targets, 1.0)


def test_targets_are_one_hot_and_centred() -> None:
    shares = tensor([0.4, 0.3, 0.3])
    expected = [[float(way == label) for way in range(3)] for label in LABELS]
    assert torch.allclose(centred_targets(LABELS), tensor(expected) - shares, atol=1e-15)
