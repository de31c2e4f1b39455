from dataclasses import replace
from typing import Literal

import pytest
import torch

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn.learner import learner_of
from treemeta.learn.params import Params, flatten, mean
from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.learn.trunk import averaged, carried, trunk
from treemeta.randomness import generator
from treemeta.tasks.dataset import Dataset


def own(params: Params) -> Params:
    return {name: tensor for name, tensor in params.items() if name not in trunk(params)}


def siblings(config: Config, dataset: Dataset, key: str = "r") -> list[Trainee]:
    init = learner_of(config).fresh_init(config, generator(0))
    tasks = dataset.select("train")
    return [Trainee(f"r{i}", 0, init, tuple(tasks[i::2]), trunk=key) for i in range(2)]


def test_a_trunk_is_the_convolutions(solved_config: Config) -> None:
    params = learner_of(solved_config).fresh_init(solved_config, generator(0))
    assert {*trunk(params)} == {f"conv{block}.weight" for block in (1, 2, 3, 4)}
    assert {*own(params)} | {*trunk(params)} == {*params}


def test_only_a_trunk_is_averaged_and_only_over_those_who_share_it(
    solved_config: Config, small: Dataset
) -> None:
    pair, (alone, _) = siblings(solved_config, small), siblings(solved_config, small, "")
    other = replace(alone, name="r2", trunk="r9")
    inits = [
        {name: torch.full_like(tensor, value) for name, tensor in alone.init.items()}
        for value in (1.0, 3.0, 5.0, 7.0)
    ]
    found = averaged([*pair, alone, other], inits)
    assert [float(one["conv2.weight"].mean()) for one in found] == [2, 2, 5, 7]
    assert [float(one["norm2.scale"].mean()) for one in found] == [1, 3, 5, 7]


@pytest.mark.parametrize("learner", ["solved", "reptile"])
def test_those_who_share_a_trunk_keep_it_in_common_and_nothing_else(
    solved_config: Config, small_config: Config, small: Dataset, engine: Engine,
    learner: Literal["solved", "reptile"],
) -> None:  # fmt: skip
    config = solved_config if learner == "solved" else small_config
    pair, step = siblings(config, small), learner_of(config).meta_step
    for _ in range(3):
        pair = [one for one, _ in step(Setting(config, small, engine), pair)]
    one, other = (each.init for each in pair)
    assert all(torch.equal(one[name], other[name]) for name in trunk(one))
    assert not torch.equal(one["norm1.scale"], other["norm1.scale"])
    assert not torch.equal(flatten(trunk(one)), flatten(trunk(siblings(config, small)[0].init)))


def test_a_trunk_is_carried_as_far_as_all_who_share_it_would_carry_it(
    solved_config: Config, small: Dataset
) -> None:
    pair, (alone, _) = siblings(solved_config, small), siblings(solved_config, small, "")
    after = [
        replace(one, init={name: tensor + 1 for name, tensor in one.init.items()})
        for one in (*pair, alone)
    ]
    for before, one, times in zip(
        (*pair, alone), carried([*pair, alone], after), (2, 2, 1), strict=True
    ):
        for name, tensor in one.init.items():
            far = times if name in trunk(one.init) else 1
            assert torch.allclose(tensor - before.init[name], torch.tensor(float(far)), atol=1e-6)


def test_a_step_of_reptile_from_one_trunk_is_that_of_all_their_tasks_together(
    small_config: Config, small: Dataset, engine: Engine
) -> None:
    # Reptile's step is linear in where inner loops end: the trunk goes to the mean over all.
    config = replace(small_config, meta_step_size=1.0, meta_step_size_end=1.0)
    pair, apart = siblings(config, small), siblings(config, small, "")
    step, setting = learner_of(config).meta_step, Setting(config, small, engine)
    together = [one.init for one, _ in step(setting, pair)]
    each = [one.init for one, _ in step(setting, apart)]
    assert torch.allclose(flatten(trunk(together[0])), flatten(trunk(mean(each))), atol=1e-7)
    for shared, alone in zip(together, each, strict=True):
        assert torch.equal(flatten(own(shared)), flatten(own(alone)))
