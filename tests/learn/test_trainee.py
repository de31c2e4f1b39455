from dataclasses import replace

import numpy as np
import pytest
import torch

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn.learner import learner_of
from treemeta.learn.setting import Setting
from treemeta.learn.trainee import (
    LEAST,
    MEMORY,
    Trainee,
    meta_batch,
    remembered,
    step_size,
    task_shares,
)
from treemeta.randomness import generator
from treemeta.tasks.dataset import Dataset, Task

TASKS = tuple(Task(f"t{i}", (i,)) for i in range(6))


def trainee(name: str = "r", step: int = 0, tasks: tuple[Task, ...] = TASKS) -> Trainee:
    return Trainee(name, step, {"conv1.weight": torch.zeros(1)}, tasks)


def batches(config: Config, one: Trainee, steps: int) -> list[list[Task]]:
    return [
        meta_batch(config, replace(one, step=step), config.meta_batch_size) for step in range(steps)
    ]


def test_the_step_size_falls_linearly_along_the_path() -> None:
    config = Config(meta_steps=100, meta_step_size=1.0, meta_step_size_end=0.2)
    sizes = [step_size(config, step) for step in (0, 50, 100)]
    assert sizes == pytest.approx([1.0, 0.6, 0.2])


@pytest.mark.parametrize("size", [1, 4, 6])
def test_no_task_comes_twice_while_there_are_enough(size: int) -> None:
    config = Config(meta_batch_size=size)
    for batch in batches(config, trainee(), 30):
        assert len({task.name for task in batch}) == size


def test_where_there_are_too_few_some_come_twice() -> None:
    for batch in batches(Config(meta_batch_size=5), trainee(tasks=TASKS[:2]), 10):
        assert len(batch) == 5
        assert set(batch) <= set(TASKS[:2])


def test_all_tasks_have_their_turn() -> None:
    drawn = [task.name for batch in batches(Config(meta_batch_size=2), trainee(), 900)
             for task in batch]  # fmt: skip
    counts = [drawn.count(task.name) for task in TASKS]
    assert sum(counts) == 1800
    assert max(abs(count - 300) for count in counts) < 60  # four standard deviations


def test_a_batch_depends_on_seed_name_and_step_and_on_nothing_else() -> None:
    config = Config(meta_batch_size=4)
    whole = batches(config, trainee(), 10)
    assert whole == batches(replace(config, filters=8, augment="rotate"), trainee(), 10)
    assert whole != batches(config, trainee("r0"), 10)
    assert whole != batches(replace(config, seed=1), trainee(), 10)
    assert any(batch != whole[0] for batch in whole[1:])


# Tasks drawn by their losses


def test_tasks_are_drawn_in_proportion_to_a_power_of_their_losses() -> None:
    known = replace(trainee(), losses={"t0": 4.0, "t1": 1.0, "t2": 0.0})
    for focus in (0.5, 1.0, 2.0):
        shares = task_shares(Config(focus=focus), known)
        assert shares is not None
        unseen = (5 / 3) ** focus
        weights = [4**focus, 1, LEAST**focus, unseen, unseen, unseen]
        assert shares == pytest.approx([w / sum(weights) for w in weights])
    drawn = batches(Config(meta_batch_size=1, focus=2.0), known, 2000)
    share = sum(batch[0].name == "t0" for batch in drawn) / 2000
    expected = 16 / (17 + 3 * (5 / 3) ** 2)
    assert share == pytest.approx(expected, abs=0.04)


def test_of_numbers_the_inverse_density_is_what_is_hard() -> None:
    known = replace(trainee(), losses={"t0": -0.5, "t1": -1.0, "t2": 0.0})
    shares = task_shares(Config(focus=2.0, dataset="functions", targets="numbers", ways=1), known)
    assert shares is not None
    weights = np.exp(2 * np.array([-0.5, -1.0, 0.0, -0.5, -0.5, -0.5]))
    assert shares == pytest.approx(weights / weights.sum())
    reptile = Config(focus=2.0, dataset="functions", targets="numbers", ways=1, learner="reptile")
    squared = replace(trainee(), losses={"t0": 1.0, "t1": 0.5, "t2": 0.0})
    shares = task_shares(reptile, squared)
    assert shares is not None
    weights = np.array([1, 0.25, LEAST**2, 0.25, 0.25, 0.25])
    assert shares == pytest.approx(weights / weights.sum())


@pytest.mark.parametrize("unit", [1.0, 100.0, 0.01])
def test_no_power_is_too_high(unit: float) -> None:
    known = replace(trainee(), losses={"t0": 4 * unit, "t1": 3.9 * unit, "t2": 0.1 * unit})
    for focus in (1e3, 1e308):
        batch = meta_batch(Config(focus=focus), known, 6)
        assert {task.name for task in batch} == {task.name for task in TASKS}
        one = batches(Config(meta_batch_size=1, focus=focus), known, 20)
        assert {batch[0].name for batch in one} == {"t0"}


def test_without_focus_or_losses_all_are_drawn_alike() -> None:
    known = replace(trainee(), losses={"t0": 4.0})
    assert task_shares(Config(), known) is None
    assert task_shares(Config(focus=1.0), trainee()) is None
    assert batches(Config(), known, 5) == batches(Config(), trainee(), 5)
    assert batches(Config(focus=1.0), trainee(), 5) == batches(Config(), trainee(), 5)


def test_losses_are_running_means_by_task() -> None:
    config = Config(focus=1.0)
    one = remembered(config, trainee(), TASKS[:2], [1.0, 3.0])
    assert one.losses == {"t0": 1.0, "t1": 3.0}
    again = remembered(config, one, [TASKS[0], TASKS[2]], [2.0, 5.0])
    assert again.losses == pytest.approx({"t0": MEMORY + (1 - MEMORY) * 2, "t1": 3.0, "t2": 5.0})
    assert remembered(Config(), trainee(), TASKS[:1], [1.0]).losses == {}


def test_training_by_losses_knows_them(solved_config: Config, small: Dataset) -> None:
    config = replace(solved_config, focus=1.0)
    for each in (config, replace(config, learner="reptile", direction="head_solved",
                                 route="direction", network="conv2")):  # fmt: skip
        learner = learner_of(each)
        init = learner.fresh_init(each, generator(0))
        one = Trainee("r", 0, init, tuple(small.select("train")))
        drawn = meta_batch(each, one, each.meta_batch_size)
        ((moved, loss),) = learner.meta_step(Setting(each, small, Engine(1)), [one])
        assert {*moved.losses} == {task.name for task in drawn}
        assert sum(moved.losses[task.name] for task in drawn) / len(drawn) == pytest.approx(loss)
