from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn.learner import learner_of
from treemeta.learn.params import flatten
from treemeta.learn.setting import Setting
from treemeta.learn.surgery import projected
from treemeta.learn.trainee import Trainee
from treemeta.randomness import generator
from treemeta.tasks.dataset import Dataset


def test_two_that_conflict_no_longer_do() -> None:
    pair = torch.tensor([[1.0, 0.0], [-1.0, 1.0]])
    found = projected(pair, generator(0))
    assert found.tolist() == [[0.5, 0.5], [0.0, 1.0]]
    # Each lies in the normal plane of what the other asked for.
    assert (found @ pair.T).fliplr().diagonal().tolist() == [0, 0]


def test_those_that_agree_are_left_alone() -> None:
    pair = torch.tensor([[1.0, 0.0, 2.0], [1.0, 1.0, 0.0], [0.0, 1.0, 1.0]])
    assert torch.equal(projected(pair, generator(0)), pair)


@given(st.integers(0, 10**6), st.integers(1, 6))
def test_nothing_grows_and_the_last_conflict_is_gone(seed: int, n: int) -> None:
    gradients = torch.from_numpy(generator(seed).normal(size=(n, 5)))
    found = projected(gradients, generator(seed, "order"))
    assert (found.norm(dim=1) <= gradients.norm(dim=1) + 1e-9).all()
    assert torch.equal(found, projected(gradients, generator(seed, "order")))
    order = generator(seed, "order")
    for i in range(n) if n > 1 else ():
        last = int(order.permutation([j for j in range(n) if j != i])[-1])
        assert found[i] @ gradients[last] >= -1e-9


def test_a_step_with_surgery_is_another_step(
    solved_config: Config, small: Dataset, engine: Engine
) -> None:
    four = replace(solved_config, meta_batch_size=4)
    init = learner_of(four).fresh_init(four, generator(0))
    one = Trainee("r", 0, init, tuple(small.select("train")))
    plain, cut, again = (
        learner_of(config).meta_step(Setting(config, small, engine), [one])[0]
        for config in (four, *[replace(four, surgery="pcgrad")] * 2)
    )
    assert not torch.equal(flatten(plain[0].init), flatten(cut[0].init))
    assert torch.equal(flatten(cut[0].init), flatten(again[0].init))
    assert cut[1] == pytest.approx(again[1])
