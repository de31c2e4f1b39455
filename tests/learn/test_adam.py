import torch

from treemeta.config import Config
from treemeta.learn.adam import adam_step
from treemeta.learn.params import flatten
from treemeta.learn.solved import fresh_init
from treemeta.learn.trainee import Trainee
from treemeta.randomness import generator

CONFIG = Config(ways=3, filters=4)


def test_steps_are_those_of_torch_s_adam() -> None:
    init = {name: tensor.double() for name, tensor in fresh_init(CONFIG, generator(0)).items()}
    ours = Trainee("r", 0, init, ())
    theirs = flatten(init).clone().requires_grad_()
    torchs = torch.optim.Adam([theirs], lr=0.0)
    rng = generator(1)
    for step, lr in enumerate((0.01, 0.01, 0.003, 0.0, 0.02)):
        gradient = torch.from_numpy(rng.standard_normal(len(theirs)) * 10.0 ** rng.integers(-4, 4))
        ours = adam_step(ours, gradient, lr)
        torchs.param_groups[0]["lr"] = lr
        theirs.grad = gradient
        torchs.step()
        assert ours.step == step + 1
        assert torch.allclose(flatten(ours.init), theirs.detach(), rtol=1e-10, atol=1e-12)
    assert [(name, tensor.shape, tensor.dtype) for name, tensor in ours.init.items()] == [
        (name, tensor.shape, tensor.dtype) for name, tensor in init.items()
    ]


def test_a_step_leaves_the_trainee_it_came_from() -> None:
    one = Trainee("r", 0, fresh_init(CONFIG, generator(0)), ())
    gradient = torch.ones(len(flatten(one.init)))
    before = flatten(one.init).clone()
    moved = adam_step(one, gradient, 0.1)
    assert moved.moments is not None
    first = moved.moments.first.clone()
    adam_step(moved, -gradient, 0.1)
    assert torch.equal(flatten(one.init), before)
    assert torch.equal(moved.moments.first, first)
