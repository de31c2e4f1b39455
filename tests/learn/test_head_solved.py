from dataclasses import replace

import torch
from torch.nn import functional as F

from treemeta.config import Config
from treemeta.learn.head_solved import (
    PENALTY,
    head_solved,
    head_solved_all,
    head_solved_together,
)
from treemeta.learn.layout import layout_of
from treemeta.learn.network import features, init_params
from treemeta.learn.params import body
from treemeta.randomness import generator

MADE = torch.Generator().manual_seed(0)
IMAGES = torch.rand(12, 1, 28, 28, generator=MADE, dtype=torch.float64)
LABELS = torch.arange(3).repeat_interleave(4)
CONFIG = Config(learner="reptile", ways=3, filters=8, inner_batch_size=4)
PARAMS = {name: p.double() for name, p in init_params(CONFIG, generator(0)).items()}


def test_a_permutation_of_the_labels_changes_nothing() -> None:
    renamed = torch.tensor([2, 0, 1])[LABELS]
    first = head_solved(PARAMS, IMAGES, LABELS, "batch")
    assert torch.allclose(first, head_solved(PARAMS, IMAGES, renamed, "batch"), atol=1e-12)
    swapped = LABELS.roll(1)[torch.randperm(12, generator=torch.Generator().manual_seed(1))]
    assert not torch.allclose(first, head_solved(PARAMS, IMAGES, swapped, "batch"), atol=1e-4)


def test_the_params_own_head_does_not_matter() -> None:
    other = PARAMS | {"head.weight": torch.randn(3, 392, generator=MADE, dtype=torch.float64)}
    assert torch.equal(
        head_solved(PARAMS, IMAGES, LABELS, "batch"), head_solved(other, IMAGES, LABELS, "batch")
    )


def test_it_is_the_gradient_of_the_loss_minimised_over_heads() -> None:
    leaves = {name: tensor.clone().requires_grad_() for name, tensor in body(PARAMS).items()}
    hidden = features(leaves, IMAGES, "batch")
    targets = F.one_hot(LABELS).double()
    targets = targets - targets.mean(0)
    kernel = hidden @ hidden.T
    strength = PENALTY * kernel.detach().diagonal().mean()
    # The minimum over heads of |XW - Y|^2 + s |W|^2 is s tr(Y' (K + s)^-1 Y), here differentiated
    # through the solution.
    solved = torch.linalg.solve(kernel + strength * torch.eye(12), targets)
    least = strength * (targets * solved).sum() / 12
    whole = torch.autograd.grad(least, list(leaves.values()))
    expected = -torch.cat([g.reshape(-1) for g in whole])
    assert torch.allclose(head_solved(PARAMS, IMAGES, LABELS, "batch"), expected, atol=1e-10)


def test_many_episodes_at_once_are_each_by_itself() -> None:
    images = torch.rand(3, 12, 1, 28, 28, generator=MADE, dtype=torch.float64)
    labels = torch.stack([LABELS, LABELS.roll(1), LABELS.flip(0)])
    together = head_solved_together(CONFIG, layout_of(CONFIG).pack(PARAMS), images, labels)
    one_by_one = head_solved_all(CONFIG, PARAMS, images, labels)
    for i in range(3):
        expected = head_solved(PARAMS, images[i], labels[i], "batch")
        assert torch.allclose(together[i], expected, atol=1e-12)
        assert torch.allclose(one_by_one[i], expected, atol=1e-12)


def test_an_init_without_a_head_of_its_own_will_do() -> None:
    labels = LABELS[None]
    expected = head_solved_all(CONFIG, PARAMS, IMAGES[None], labels)
    assert torch.equal(head_solved_all(CONFIG, body(PARAMS), IMAGES[None], labels), expected)


def test_without_a_norm_it_is_the_plain_gradient() -> None:
    config = replace(CONFIG, norm="none")
    (found,) = head_solved_all(config, PARAMS, IMAGES[None], LABELS[None])
    assert torch.equal(found, head_solved(PARAMS, IMAGES, LABELS, "none"))
