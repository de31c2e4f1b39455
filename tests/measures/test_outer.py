from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.learn.functions import NUMBERS
from tests.measures.test_direction import subject
from treemeta.analysis.ordered import centred, others
from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn import solved
from treemeta.learn.gradients import query_loss, query_outputs
from treemeta.learn.params import Params, body
from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.measures import outer, transfer
from treemeta.randomness import generator
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.episode import draw_episode
from treemeta.tasks.load import load_episode


def asked(config: Config, dataset: Dataset, engine: Engine, params: Params) -> transfer.Subject:
    made = subject(config, dataset, engine)
    vars(made).update(params=params)
    return made


def joint(config: Config, dataset: Dataset, engine: Engine, steps: int) -> Params:
    """Return an init after some steps on all tasks together."""
    one = Trainee("r", 0, solved.fresh_init(config, generator(0)), tuple(dataset.select("all")))
    for _ in range(steps):
        ((one, _),) = solved.meta_step(Setting(config, dataset, engine), [one])
    return one.init


def test_no_steps_change_nothing(
    solved_config: Config, small: Dataset, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outer, "STEPS", 0)
    monkeypatch.setattr(outer, "TARGETS", 2)
    init = solved.fresh_init(solved_config, generator(0))
    found = transfer.measure(asked(solved_config, small, engine, init))
    assert not any(part.to_numpy().any() for part in found.parts.values())
    assert np.all(found.matrix.to_numpy()[others(len(found.tasks))] == 0.5)
    assert (found.reliability, found.episodes) == (None, 4)


def test_steps_are_those_of_adam_on_the_body(
    solved_config: Config, small: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outer, "STEPS", 3)
    config, task = solved_config, small.select("all")[0]
    init = solved.fresh_init(config, generator(0))
    found = outer.adapted(config, small, init, task, ("x",))
    leaves = {name: tensor.clone().requires_grad_() for name, tensor in body(init).items()}
    adam = torch.optim.Adam(leaves.values(), lr=outer.RATE)
    fixed = {name: init[name] for name in init.keys() - leaves.keys()}
    for step in range(3):
        adam.zero_grad()
        for slot in range(outer.SOURCES):
            rng = generator(config.seed, "x", step, slot)
            episode = draw_episode(small, task, config.ways, config.shots, config.queries, rng)
            loss = query_loss(leaves | fixed, load_episode(small, episode), config.norm)
            (loss / outer.SOURCES).backward()
        adam.step()
    assert all(torch.allclose(found[name], leaves[name], atol=2e-4) for name in leaves)
    moved = [(found[name] - init[name]).abs().max() for name in leaves]
    assert min(moved) > 5e-4
    assert len(fixed) == 2
    assert all(torch.equal(found[name], init[name]) for name in fixed)


def test_an_episode_costs_what_it_does_in_training(solved_config: Config, small: Dataset) -> None:
    init = solved.fresh_init(solved_config, generator(0))
    drawn = draw_episode(small, small.select("all")[0], 3, 2, 2, generator(1))
    loss, accuracy = outer.solve_episode(solved_config, small, init, drawn)
    assert loss == pytest.approx(
        float(query_loss(init, load_episode(small, drawn), "batch")), abs=1e-5
    )
    same, whole = outer.solve_episode(
        solved_config, small, init, replace(drawn, query=drawn.support)
    )
    assert whole == 1.0
    assert same < loss
    assert 0 <= accuracy <= 1


def test_halves_are_the_parts_of_the_whole(
    solved_config: Config, small: Dataset, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outer, "STEPS", 2)
    monkeypatch.setattr(outer, "TARGETS", 2)
    init = solved.fresh_init(solved_config, generator(0))
    parts = transfer.measure(asked(solved_config, small, engine, init)).parts
    assert np.allclose((parts["loss_first"] + parts["loss_second"]) / 2, parts["loss"])
    assert not np.allclose(parts["loss_first"], parts["loss_second"])


def test_sources_of_the_same_family_help_more(
    solved_config: Config, small: Dataset, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outer, "TARGETS", 6)
    monkeypatch.setattr(outer, "RATE", 0.003)
    config = replace(solved_config, meta_steps=60)
    init = joint(config, small, engine, 60)
    found = transfer.measure(asked(config, small, engine, init))
    family = np.array([small.lineage[task][0] for task in found.tasks])
    same = family[:, None] == family
    gains = centred(-found.parts["loss"].to_numpy())
    assert gains[same & others(8)].mean() > gains[~same].mean() + 0.02
    assert np.diag(-found.parts["loss"]).mean() > 0.1


def test_numbers_are_marked_by_their_squared_errors(functions: Dataset) -> None:
    """In the data's own units; what an episode costs is as in training."""
    init, tasks = solved.fresh_init(NUMBERS, generator(0)), functions.select("train")[:2]
    marks = transfer.run_trial(transfer.Trial(NUMBERS, functions, init, None, tasks, 0))
    rng = generator(NUMBERS.seed, "transfer", "target", tasks[1].name, 0, 3)
    drawn = draw_episode(functions, tasks[1], 1, NUMBERS.shots, NUMBERS.queries, rng)
    loaded = load_episode(functions, drawn)
    assert functions.units is not None
    said = functions.units.told(query_outputs(init, loaded, NUMBERS.norm).numpy())
    truth = functions.units.told(loaded.query_labels.numpy())
    assert marks[1, 3, 1] == pytest.approx(((said - truth) ** 2).mean(), rel=1e-4)
    assert marks[1, 3, 0] == pytest.approx(float(query_loss(init, loaded, "none")), rel=1e-5)


def test_functions_of_the_same_family_save_more(
    functions: Dataset, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outer, "TARGETS", 4)
    monkeypatch.setattr(outer, "RATE", 0.003)
    config = replace(NUMBERS, shots=10, queries=10, filters=32, meta_steps=100)
    init = joint(config, functions, engine, 100)
    tasks = functions.select("train")
    found = transfer.measure_transfer(Setting(config, functions, engine), init, tasks)
    family = np.array([functions.lineage[task][0] for task in found.tasks])
    same = family[:, None] == family
    saved = centred(found.parts["mse_saved"].to_numpy())
    assert saved[same & others(12)].mean() > saved[~same].mean() + 0.02
    assert np.diag(found.parts["mse_saved"]).mean() > 0.05
    assert "accuracy" not in found.parts
