from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.conftest import SMALL_SOLVED
from tests.measures.test_direction import subject
from treemeta.config import Config
from treemeta.declared import make_config
from treemeta.engine.local import Engine
from treemeta.learn.gradients import query_loss
from treemeta.learn.solved import fresh_init
from treemeta.measures.loss import measure, task_losses
from treemeta.randomness import generator
from treemeta.tasks.dataset import Dataset
from treemeta.tree.probe import TaskProbe, draw_images
from treemeta.tree.reliability import pairs_correlation, stepped_up


@pytest.fixture(scope="module")
def config(solved_config: Config) -> Config:
    return replace(solved_config, probe_episodes=8)


def test_distances_are_those_of_log_losses(config: Config, small: Dataset, engine: Engine) -> None:
    asked = subject(config, small, engine)
    found = measure(asked)
    assert (found.measure, found.kind, found.episodes) == ("loss", "distance", 8)
    seen: dict[str, list[float]] = {}
    for task in small.select("all"):
        unit = TaskProbe(config, small, asked.params, task, 4, 1, ("loss", task.name))
        seen[task.name] = []
        for at in np.ndindex(2, 4, 1):
            rng = generator(config.seed, "loss", task.name, *at, "loss")
            episode = draw_images(unit, config.shots, config.queries, rng)
            with torch.no_grad():
                loss = query_loss(asked.params, episode, config.norm)
            seen[task.name].append(float(loss))
    losses = {name: np.mean(each) for name, each in seen.items()}
    for one in found.tasks:
        for other in found.tasks:
            expected = abs(np.log(losses[one] / losses[other]))
            assert found.matrix.loc[one, other] == pytest.approx(expected, abs=1e-5)
    halves = np.log([np.reshape(seen[task], (2, 4)).mean(1) for task in found.tasks]).T
    apart = [abs(half[:, None] - half) for half in halves]
    assert found.reliability == pytest.approx(stepped_up(pairs_correlation(*apart)), abs=1e-4)


def test_losses_of_numbers_are_logarithms_already(functions: Dataset, engine: Engine) -> None:
    config = make_config(SMALL_SOLVED | {"dataset": "functions", "targets": "numbers", "ways": 1})
    config = replace(config, features=2, probe_episodes=8)
    asked = subject(replace(config, network="mlp"), functions, engine)
    vars(asked).update(params=fresh_init(asked.config, generator(0)))
    found, names = measure(asked), [task.name for task in functions.select("all")]
    losses = {
        name: float(
            task_losses(
                TaskProbe(
                    asked.config,
                    functions,
                    asked.params,
                    functions.tasks[name],
                    4,
                    1,
                    ("loss", name),
                )
            ).mean()
        )
        for name in names
    }
    far = found.matrix.loc[names[0], names[-1]]
    assert far == pytest.approx(abs(losses[names[0]] - losses[names[-1]]), rel=1e-4)
    assert far > 0


def test_a_harder_task_lies_apart(config: Config, small: Dataset, engine: Engine) -> None:
    # Features that are the same for every image leave nothing but guessing.
    init = fresh_init(config, generator(0))
    task = small.select("train")[0]
    unit = TaskProbe(config, small, init, task, 2, 2, ("x",))
    assert task_losses(unit).shape == (2, 2, 1)
    blind = init | {
        "conv1.weight": torch.zeros_like(init["conv1.weight"]),
        "norm1.shift": torch.ones_like(init["norm1.shift"]),
    }
    guessed = task_losses(replace(unit, params=blind))
    assert guessed == pytest.approx(np.log(config.ways), abs=1e-4)
    assert task_losses(unit).mean() < guessed.mean()
