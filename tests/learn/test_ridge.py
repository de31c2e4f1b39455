import pytest
import torch

from treemeta.learn.ridge import ridge_head

MADE = torch.Generator().manual_seed(0)
X = torch.randn(10, 30, generator=MADE, dtype=torch.float64)
Y = torch.randn(10, 3, generator=MADE, dtype=torch.float64)


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
