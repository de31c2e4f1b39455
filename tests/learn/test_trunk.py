from dataclasses import replace
from typing import Literal

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn.learner import learner_of
from treemeta.learn.params import Params, flatten, mean
from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.learn.trunk import averaged, batch_sizes, carried, shared_out, trunk
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
    found = averaged([*pair, alone, other], inits, [4, 4, 4, 4])
    assert [float(one["conv2.weight"].mean()) for one in found] == [2, 2, 5, 7]
    found = averaged([*pair, alone, other], inits, [7, 1, 4, 4])  # by the episodes behind each
    assert [float(one["conv2.weight"].mean()) for one in found] == [1.25, 1.25, 5, 7]
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


# Episodes of a step, dealt among those who share a trunk


def test_the_harder_half_of_a_trunk_draws_more_and_all_draw_something(
    solved_config: Config, small: Dataset
) -> None:
    config = replace(solved_config, meta_batch_size=4)
    first, second = siblings(config, small)
    hard, easy = replace(first, losses={"a": 1.2, "b": 2.0}), replace(second, losses={"c": 0.5})
    alone = replace(hard, trunk="", name="r2")
    for focus, expected in ((0.0, [4, 4, 4]), (1.0, [6, 2, 4]), (9.0, [7, 1, 4])):
        assert batch_sizes(replace(config, focus=focus), [hard, easy, alone]) == expected
    focused = replace(config, focus=1.0)
    assert batch_sizes(focused, [hard, second]) == [4, 4]  # not before the losses of all are known
    assert batch_sizes(focused, [easy, hard]) == [2, 6]


@given(st.integers(0, 40), st.lists(st.floats(1e-9, 1), min_size=1, max_size=9))
def test_what_is_shared_out_is_whole_and_fair(more: int, weights: list[float]) -> None:
    whole = len(weights) + more
    parts = shared_out(whole, np.array(weights))
    assert sum(parts) == whole
    exact = [1 + more * weight / sum(weights) for weight in weights]
    assert all(abs(part - share) < 1 + 1e-9 for part, share in zip(parts, exact, strict=True))
    assert parts == sorted(parts, key=lambda part: -part) or weights != sorted(
        weights, reverse=True
    )


@pytest.mark.parametrize("learner", ["solved", "reptile"])
def test_a_trunk_s_step_is_of_all_episodes_however_they_are_dealt(
    solved_config: Config, small_config: Config, small: Dataset, engine: Engine,
    learner: Literal["solved", "reptile"],
) -> None:  # fmt: skip
    config = replace(solved_config if learner == "solved" else small_config, focus=2.0)
    step, setting = learner_of(config).meta_step, Setting(config, small, engine)
    pair = [
        replace(one, losses={task.name: loss for task in one.tasks})
        for one, loss in zip(siblings(config, small), (3.0, 0.5), strict=True)
    ]
    sizes = batch_sizes(config, pair)
    assert sizes[0] > sizes[1]
    known = [{*one.losses} for one in pair]
    moved = [one for one, _ in step(setting, pair)]
    assert all({*one.losses} == names for one, names in zip(moved, known, strict=True))
    changed = [
        sum(after.losses[name] != before.losses[name] for name in before.losses)
        for after, before in zip(moved, pair, strict=True)
    ]
    assert changed == [min(n, len(one.tasks)) for n, one in zip(sizes, pair, strict=True)]
