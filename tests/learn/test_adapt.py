from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from tests.algebra import subtract
from treemeta.config import Config
from treemeta.learn.adapt import adapt, loss_gradient
from treemeta.learn.network import init_params, logits
from treemeta.learn.params import flatten
from treemeta.randomness import generator

CONFIG = Config(learner="reptile", filters=8)
IMAGES = torch.rand(10, 1, 28, 28, generator=torch.Generator().manual_seed(0))
LABELS = torch.arange(10) % 5
ALL = np.arange(10)[None]


def with_inner(optimizer: str, lr: float) -> Config:
    return replace(CONFIG, inner_optimizer=optimizer, inner_lr=lr)  # type: ignore[arg-type]


def test_one_step_of_sgd_is_a_gradient_step() -> None:
    params = init_params(CONFIG, generator(0))
    gradient, _ = loss_gradient(params, IMAGES, LABELS, "batch")
    adapted, _ = adapt(with_inner("sgd", 0.1), params, IMAGES, LABELS, ALL)
    assert torch.allclose(
        flatten(subtract(params, adapted)) / 0.1, flatten(gradient), rtol=1e-3, atol=1e-5
    )


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_it_is_what_torch_s_own_optimisers_do(optimizer: str) -> None:
    params = init_params(CONFIG, generator(0))
    rows = generator(1).integers(0, 10, size=(4, 5))
    adapted, _ = adapt(with_inner(optimizer, 0.01), params, IMAGES, LABELS, rows)

    leaves = {name: tensor.clone().requires_grad_() for name, tensor in params.items()}
    torchs: torch.optim.Optimizer = torch.optim.SGD(leaves.values(), lr=0.01)
    if optimizer == "adam":
        torchs = torch.optim.Adam(leaves.values(), lr=0.01, betas=(0.0, 0.999))
    for batch in torch.from_numpy(rows):
        torchs.zero_grad()
        F.cross_entropy(logits(leaves, IMAGES[batch], "batch"), LABELS[batch]).backward()
        torchs.step()
    assert torch.allclose(flatten(adapted), flatten(leaves), atol=2e-5)


def test_the_init_is_not_touched_and_no_steps_change_nothing() -> None:
    params = init_params(CONFIG, generator(0))
    before = flatten(params).clone()
    adapt(with_inner("adam", 0.1), params, IMAGES, LABELS, ALL)
    same, loss = adapt(with_inner("adam", 0.1), params, IMAGES, LABELS, ALL[:0])
    assert torch.equal(flatten(params), before)
    assert torch.equal(flatten(same), before)
    assert loss == 0


def test_adaptation_learns_its_images() -> None:
    params = init_params(CONFIG, generator(0))
    adapted, _ = adapt(with_inner("adam", 0.01), params, IMAGES, LABELS, np.repeat(ALL, 60, 0))
    assert (logits(adapted, IMAGES, "batch").argmax(1) == LABELS).all()
