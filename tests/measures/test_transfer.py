from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import treemeta.measures.transfer as transfer
from tests.learn.functions import NUMBERS
from tests.measures.test_direction import subject
from tests.trees import sentence
from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.errors import DataError
from treemeta.learn.adapt import loss_gradient
from treemeta.learn.network import init_params
from treemeta.learn.params import add, mean
from treemeta.learn.setting import Setting
from treemeta.measures.paired import paired_intervals
from treemeta.randomness import generator
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.episode import draw_episode
from treemeta.tasks.load import load
from treemeta.tree.reliability import pairs_correlation, stepped_up


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("STEPS", 2), ("SOURCES", 2), ("TARGETS", 2)):
        monkeypatch.setattr(transfer, name, value)


@given(st.integers(2, 6), st.integers(1, 3), st.integers(0, 99))
def test_win_rates_of_a_target_average_a_half(n: int, episodes: int, seed: int) -> None:
    losses = np.random.default_rng(seed).integers(0, 4, size=(n, n, episodes)).astype(float)
    rates = transfer.win_rates(losses)
    others = ~np.eye(n, dtype=bool)
    for target in range(n):
        rivals = rates[others[:, target], target]
        assert np.isnan(rivals).all() if n == 2 else np.isclose(rivals.mean(), 0.5)


def test_win_rates_count_rivals_beaten() -> None:
    # Three sources on the first target's two episodes; its own source wins both.
    losses = np.zeros((3, 3, 2))
    losses[:, 0] = [[0, 0], [1, 3], [2, 2]]
    assert transfer.win_rates(losses)[:, 0].tolist() == [1.0, 0.5, 0.5]
    losses[:, 0] = [[5, 5], [1, 1], [2, 2]]
    assert transfer.win_rates(losses)[:, 0].tolist() == [0.0, 1.0, 0.0]


def test_two_tasks_have_no_rivals(small_config: Config, small: Dataset, engine: Engine) -> None:
    asked = subject(small_config, small, engine)
    for tasks in (asked.tasks[:1], asked.tasks[:2]):
        vars(asked)["tasks"] = tasks
        with pytest.raises(DataError, match=rf"takes three .* is asked of {len(tasks)}:") as caught:
            transfer.measure(asked)
        sentence(caught)


@pytest.mark.usefixtures("few")
def test_no_adaptation_changes_nothing(
    small_config: Config, small: Dataset, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "STEPS", 0)
    found = transfer.measure(subject(small_config, small, engine))
    assert not found.parts["loss"].to_numpy().any()
    assert not found.parts["accuracy"].to_numpy().any()
    others = ~np.eye(len(found.tasks), dtype=bool)
    assert np.all(found.matrix.to_numpy()[others] == 0.5)
    assert found.reliability is None


@pytest.mark.usefixtures("few")
def test_rows_are_sources_and_halves_share_nothing(
    small_config: Config, small: Dataset, engine: Engine
) -> None:
    tasks = small.select("all")[:4]
    params = init_params(small_config, generator(0))
    tried = {
        (source.name, half): transfer.run_trial(
            transfer.Trial(small_config, small, params, source, tasks, half)
        )
        for source in tasks
        for half in (0, 1)
    }
    found = transfer.measure_transfer(Setting(small_config, small, engine), params, tasks)
    plain = [
        transfer.run_trial(transfer.Trial(small_config, small, params, None, tasks, half))
        for half in (0, 1)
    ]
    change = [tried[tasks[1].name, half][3, :, 0] - plain[half][3, :, 0] for half in (0, 1)]
    assert np.isclose(found.parts["loss"].iloc[1, 3], np.mean(change))
    for column, name in enumerate(("loss", "accuracy")):
        differences = np.concatenate(
            [
                tried[tasks[1].name, half][3, :, column] - plain[half][3, :, column]
                for half in (0, 1)
            ]
        )
        assert len(differences) == found.episodes
        expected = paired_intervals(differences)
        told = [found.parts[f"{name}{end}"].iloc[1, 3] for end in ("", "_low", "_high")]
        assert np.allclose(told, expected)
    losses = [np.stack([tried[s.name, half][..., 0] for s in tasks]) for half in (0, 1)]
    rates = [transfer.win_rates(each) for each in losses]
    assert np.array_equal(found.matrix, np.mean(rates, 0))
    assert found.reliability == stepped_up(pairs_correlation(*rates))
    assert found.directed
    assert not np.allclose(plain[0], plain[1])
    assert not np.allclose(tried[tasks[1].name, 0], tried[tasks[1].name, 1])


@pytest.mark.usefixtures("few")
def test_the_order_of_tasks_does_not_matter(
    small_config: Config, small: Dataset, engine: Engine
) -> None:
    tasks, params = small.select("all")[:4], init_params(small_config, generator(0))
    there = transfer.measure_transfer(Setting(small_config, small, engine), params, tasks)
    back = transfer.measure_transfer(Setting(small_config, small, engine), params, tasks[::-1])
    for name in ("loss", "accuracy"):
        assert there.parts[name].equals(back.parts[name].loc[*2 * [list(there.tasks)]])


def test_a_solved_episode_knows_its_own_support(small_config: Config, small: Dataset) -> None:
    """With the queries equal to the support, the head that was solved on it makes no mistake."""
    params = init_params(small_config, generator(0))
    drawn = draw_episode(small, small.select("all")[0], 3, 2, 2, generator(1))
    loss, accuracy = transfer.solve_episode(
        small_config, small, params, replace(drawn, query=drawn.support)
    )
    assert accuracy == 1.0
    other, _ = transfer.solve_episode(small_config, small, params, drawn)
    assert loss < other


def test_one_step_of_sgd_on_a_source_is_a_gradient_step(
    small_config: Config, small: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "STEPS", 1)
    monkeypatch.setattr(transfer, "SOURCES", 3)
    config = replace(
        small_config, inner_optimizer="sgd", inner_steps=1, inner_batch_size=12, inner_lr=0.1
    )
    params, task = init_params(config, generator(0)), small.select("all")[0]
    found = transfer.adapted_to(transfer.Trial(config, small, params, task, [task], 1), task)
    gradients = []
    for slot in range(3):
        rng = generator(config.seed, "transfer", "source", task.name, 1, 0, slot)
        episode = draw_episode(small, task, 3, 2, 2, rng)
        rows = np.concatenate([episode.support, episode.query], axis=1)
        gradients.append(loss_gradient(params, *load(small, rows), "batch")[0])
    expected = add(params, mean(gradients), -0.1)
    assert all(torch.allclose(found[name], expected[name], atol=1e-5) for name in params)
    assert not torch.allclose(found["conv2.weight"], params["conv2.weight"], atol=1e-5)


@pytest.mark.usefixtures("few")
def test_reptile_measures_what_it_always_has(
    small_config: Config, small: Dataset, engine: Engine
) -> None:
    """As it was before there was another learner, up to the rounding of other machines."""
    params = init_params(small_config, generator(0))
    found = transfer.measure_transfer(
        Setting(small_config, small, engine), params, small.select("all")[:4]
    )
    assert found.parts["loss"].to_numpy() == pytest.approx(
        np.array(
            [
                [0.001139, -0.000796, -0.00135, 0.00042],
                [0.000688, 0.001844, 0.001452, 0.001137],
                [0.000342, -0.000133, -0.000107, 0.000384],
                [0.001317, 0.001606, 0.00132, 0.002658],
            ]
        ),
        abs=3e-6,
    )
    assert found.episodes == 4


def test_numbers_are_marked_around_what_the_support_says(functions: Dataset) -> None:
    """Moved by a constant, a task is as hard; what moves between support and query is not."""
    config = replace(NUMBERS, learner="reptile", inner_batch_size=4)
    params = init_params(config, generator(0))
    drawn = draw_episode(functions, functions.select("all")[0], 1, 8, 8, generator(1))
    assert functions.targets is not None
    raised = replace(functions, targets=functions.targets + 3)
    plain = transfer.solve_episode(config, functions, params, drawn)
    assert transfer.solve_episode(config, raised, params, drawn) == pytest.approx(plain, rel=1e-4)
    later = functions.targets.copy()
    later[drawn.query] += 3
    moved = transfer.solve_episode(config, replace(functions, targets=later), params, drawn)
    assert moved[1] > plain[1] + 1
    assert plain[0] == pytest.approx(plain[1], rel=1e-5)  # of numbers the loss is the error itself


def test_of_numbers_less_error_is_a_gain(
    functions: Dataset, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "TARGETS", 2)
    config = replace(NUMBERS, learner="reptile", inner_batch_size=4)
    tasks = functions.select("train")[:4]
    errors = iter(np.linspace(0, 1, 10 * 4 * 2 * 2).reshape(10, 4, 2, 2))  # the init's are least
    monkeypatch.setattr(transfer, "run_trial", lambda _: next(errors))
    found = transfer.measure_transfer(Setting(config, functions, engine), {}, tasks)
    assert (found.parts["mse_saved"].to_numpy() < 0).all()
    assert np.allclose(found.parts["mse_saved"], -found.parts["loss"])
    ends = [found.parts[f"mse_saved_{end}"].to_numpy() for end in ("low", "high")]
    assert (ends[0] <= ends[1]).all()
