from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.learn.answers import predict
from tests.learn.functions import NUMBERS, episodes_of
from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn import reptile
from treemeta.learn.adam import adam_step
from treemeta.learn.classes import PENALTY, TEMPERATURE, penalty_of, temperature_of
from treemeta.learn.gradients import loss_gradient
from treemeta.learn.params import body, flatten, unflatten
from treemeta.learn.setting import Setting
from treemeta.learn.solved import EpisodeGradients, fit, fresh_init, meta_step, run_episodes
from treemeta.learn.trainee import Trainee
from treemeta.randomness import generator
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.episode import draw_episode
from treemeta.tasks.load import LoadedEpisode, load_episode, turned

CONFIG = Config(ways=3, shots=2, queries=2, filters=6)
LABELS = torch.arange(3).repeat_interleave(2)
IMAGES = torch.rand(2, 6, 1, 28, 28, generator=torch.Generator().manual_seed(0))
EPISODE = LoadedEpisode(IMAGES[0], LABELS, IMAGES[1], LABELS)
NO_STEPS = np.empty((0, 1), int)


def trainee(config: Config, dataset: Dataset, name: str = "r", step: int = 0) -> Trainee:
    init = fresh_init(config, generator(0))
    return Trainee(name, step, init, tuple(dataset.select("train")))


def same(one: Trainee, other: Trainee) -> bool:
    return torch.equal(flatten(one.init), flatten(other.init))


# The loss and its gradient


def test_an_init_that_learned_no_head_has_the_usual_penalty_and_temperature() -> None:
    fresh = fresh_init(CONFIG, generator(0))
    assert float(penalty_of(fresh)) == pytest.approx(PENALTY)
    assert float(temperature_of(fresh)) == TEMPERATURE
    for of in (penalty_of, temperature_of):
        assert float(of(body(fresh))) == pytest.approx(float(of(fresh)))
    assert float(penalty_of({"head.log_penalty": torch.tensor(0.0)})) == 1.0


def test_a_fresh_init_has_the_other_learner_s_convolutions() -> None:
    config = replace(CONFIG, network="conv4")
    ours, theirs = (each(config, generator(5)) for each in (fresh_init, reptile.fresh_init))
    assert list(body(ours)) == list(body(theirs))
    assert torch.equal(flatten(body(ours)), flatten(body(theirs)))
    assert set(ours) - set(body(ours)) == {"head.log_penalty", "head.temperature"}


# The outer loop


def test_a_meta_step_is_an_adam_step_along_the_mean_gradient(
    solved_config: Config, small: Dataset, engine: Engine
) -> None:
    one = trainee(solved_config, small, step=1)
    ((moved, loss),) = meta_step(Setting(solved_config, small, engine), [one])
    drawn = generator(solved_config.seed, "r", 1, "meta_batch").choice(len(one.tasks), 2, False)
    gradients, losses = [], []
    for slot, i in enumerate(drawn):
        rng = generator(solved_config.seed, "r", 1, slot, "episode")
        episode = load_episode(small, draw_episode(small, one.tasks[i], 3, 2, 2, rng))
        gradient, each = loss_gradient(one.init, episode, "batch")
        gradients.append(flatten(gradient))
        losses.append(each)
    lr = solved_config.meta_step_size * 3 / 4
    assert loss == sum(map(float, losses)) / 2
    assert same(moved, adam_step(one, torch.stack(gradients).mean(0), lr))


def test_two_workers_give_the_same_bits(
    solved_config: Config, small: Dataset, engine: Engine
) -> None:
    both = [trainee(solved_config, small, "r0"), trainee(solved_config, small, "r1", step=1)]
    with Engine(2) as two:
        for _ in range(2):
            here, there = (
                meta_step(Setting(solved_config, small, each), both) for each in (engine, two)
            )
            assert [loss for _, loss in here] == [loss for _, loss in there]
            assert all(same(a, b) for (a, _), (b, _) in zip(here, there, strict=True))
            both = [one for one, _ in there]


def test_trainees_that_go_side_by_side_go_as_they_would_alone(
    solved_config: Config, small: Dataset, engine: Engine
) -> None:
    both = [trainee(solved_config, small, "r0"), trainee(solved_config, small, "r1", step=1)]
    together = meta_step(Setting(solved_config, small, engine), both)
    for one, (moved, loss) in zip(both, together, strict=True):
        ((alone, expected),) = meta_step(Setting(solved_config, small, engine), [one])
        assert same(moved, alone)
        assert (moved.step, loss) == (one.step + 1, expected)
    assert not same(together[0][0], together[1][0])


def test_a_small_step_on_one_episode_lowers_its_loss(
    solved_config: Config, small: Dataset, engine: Engine
) -> None:
    config = replace(solved_config, meta_batch_size=1, meta_step_size=1e-4)
    one = trainee(config, small)
    ((moved, loss),) = meta_step(Setting(config, small, engine), [one])
    (slot,) = generator(config.seed, "r", 0, "meta_batch").choice(len(one.tasks), 1, replace=False)
    address = (config.seed, "r", 0, 0)
    drawn = (one.tasks[slot],), (address,)
    _, (before,) = run_episodes(EpisodeGradients(config, small, one.init, *drawn))
    _, (after,) = run_episodes(EpisodeGradients(config, small, moved.init, *drawn))
    assert before == loss
    assert after < before


def test_episodes_are_turned_where_the_config_says_so(
    solved_config: Config, small: Dataset
) -> None:
    one, address = trainee(solved_config, small), (0, "r", 0, 0)
    rotating = replace(solved_config, augment="rotate")
    plain, rotated = (
        run_episodes(EpisodeGradients(config, small, one.init, one.tasks[:1], (address,)))
        for config in (solved_config, rotating)
    )
    rng = generator(*address, "episode")
    loaded = load_episode(small, draw_episode(small, one.tasks[0], 3, 2, 2, rng))
    quarters = rng.integers(4, size=3)
    assert quarters.any()
    for (gradient, (loss,)), episode in ((plain, loaded), (rotated, turned(loaded, quarters))):
        expected, cost = loss_gradient(one.init, episode, "batch")
        assert loss == cost
        assert torch.equal(gradient, flatten(expected))


# Answers


@pytest.mark.parametrize("norm", ["batch", "none"])
@pytest.mark.parametrize("transductive", [True, False])
def test_only_transductive_norm_lets_queries_see_each_other(norm: str, transductive: bool) -> None:
    config = replace(CONFIG, transductive=transductive, norm=norm)  # type: ignore[arg-type]
    params = fresh_init(config, generator(0))
    company = torch.cat([EPISODE.query[:1], 3 * EPISODE.query[1:]])
    first, other = (
        predict(fit, config, params, replace(EPISODE, query=query), NO_STEPS)[0]
        for query in (EPISODE.query, company)
    )
    sees = transductive and norm == "batch"
    assert torch.allclose(first, other, atol=1e-5) != sees


@pytest.mark.parametrize("transductive", [True, False])
def test_queries_that_are_the_support_are_answered_right(
    solved_config: Config, small: Dataset, transductive: bool
) -> None:
    config = replace(solved_config, transductive=transductive)
    params = fresh_init(config, generator(0))
    drawn = draw_episode(small, small.select("train")[0], 3, 2, 2, generator(0))
    episode = load_episode(small, replace(drawn, query=drawn.support))
    found = predict(fit, config, params, episode, NO_STEPS)
    assert (found.shape, found.dtype) == ((6, 3), torch.float32)
    assert found.argmax(1).tolist() == [0, 0, 1, 1, 2, 2]
    assert not found.requires_grad


def test_answers_have_the_temperature_and_the_penalty_of_the_init() -> None:
    params = fresh_init(CONFIG, generator(0))
    plain = predict(fit, CONFIG, params, EPISODE, NO_STEPS)
    hotter = predict(
        fit, CONFIG, params | {"head.temperature": torch.tensor(8.0)}, EPISODE, NO_STEPS
    )
    assert torch.allclose(hotter, 2 * plain)
    stiff = predict(
        fit, CONFIG, params | {"head.log_penalty": torch.tensor(5.0)}, EPISODE, NO_STEPS
    )
    assert stiff.abs().max() < 0.1 * plain.abs().max()


def test_packed_and_unpacked_an_init_is_itself() -> None:
    params = fresh_init(CONFIG, generator(0))
    back = unflatten(flatten(params), params)
    for name, tensor in params.items():
        assert tensor.dtype == torch.float32
        assert back[name].shape == tensor.shape
        assert torch.equal(back[name], tensor)


# Rows that tell numbers


def test_an_episode_of_numbers_has_points_for_inputs(functions: Dataset) -> None:
    episode = episodes_of(functions)[0]
    assert (episode.support.shape, episode.query.shape) == ((4, 2), (3, 2))
    assert (episode.support_labels.shape, episode.support_labels.dtype) == ((4,), torch.float32)


def test_a_step_of_rows_is_one_unit_unless_each_gradient_is_asked_for(
    functions: Dataset, engine: Engine
) -> None:
    one = trainee(NUMBERS, functions)
    asked = replace(NUMBERS, surgery="pcgrad")
    ((plain, loss),) = meta_step(Setting(NUMBERS, functions, engine), [one])
    ((projected, same_loss),) = meta_step(Setting(asked, functions, engine), [one])
    assert loss == pytest.approx(same_loss, rel=1e-5)
    assert not same(plain, projected)


def test_learning_functions_lowers_their_loss(functions: Dataset, engine: Engine) -> None:
    config = replace(NUMBERS, meta_steps=60)
    one, losses = trainee(config, functions), []
    for _ in range(60):
        ((one, loss),) = meta_step(Setting(config, functions, engine), [one])
        losses.append(loss)
    assert np.mean(losses[-20:]) < np.mean(losses[:20]) - 0.1


def test_answers_of_numbers_are_what_their_head_expects(functions: Dataset) -> None:
    params, episode = fresh_init(NUMBERS, generator(0)), episodes_of(functions)[0]
    again = replace(episode, query=episode.support)
    sure = params | {"head.log_noise": torch.tensor(-12.0)}
    found = predict(fit, NUMBERS, sure, again, NO_STEPS)
    assert torch.allclose(found, episode.support_labels, atol=1e-2)
