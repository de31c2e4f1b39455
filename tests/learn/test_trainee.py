from dataclasses import replace

import pytest
import torch

from treemeta.config import Config
from treemeta.learn.trainee import Trainee, meta_batch, step_size
from treemeta.tasks.dataset import Task

TASKS = tuple(Task(f"t{i}", (i,)) for i in range(6))


def trainee(name: str = "r", step: int = 0, tasks: tuple[Task, ...] = TASKS) -> Trainee:
    return Trainee(name, step, {"conv1.weight": torch.zeros(1)}, tasks)


def batches(config: Config, one: Trainee, steps: int) -> list[list[Task]]:
    return [meta_batch(config, replace(one, step=step)) for step in range(steps)]


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
