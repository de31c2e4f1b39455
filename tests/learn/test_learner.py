"""What every learner must be able to do, whatever it is."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.conftest import SMALL
from tests.learn.answers import predict
from treemeta.config import Config
from treemeta.declared import make_config
from treemeta.engine.local import Engine
from treemeta.learn.gradients import query_loss
from treemeta.learn.learner import LEARNERS, learner_of, support_likelihood
from treemeta.learn.params import Params, flatten
from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.randomness import generator
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.episode import draw_episode, draw_minibatches
from treemeta.tasks.load import LoadedEpisode, load_episode

STEPS = 40
RATE = {"solved": 0.01, "reptile": 0.3}
NAMES = pytest.mark.parametrize("name", sorted(LEARNERS))


def config_of(name: str) -> Config:
    return make_config(
        SMALL | {"learner": name, "meta_steps": 1000, "meta_step_size": RATE[name],
                 "inner_lr": 0.01, "inner_steps": 5, "eval_inner_steps": 5}
    )  # fmt: skip


def fixed_episodes(dataset: Dataset, shots: int = 2) -> list[LoadedEpisode]:
    return [
        load_episode(dataset, draw_episode(dataset, task, 3, shots, 2, generator(9, task.name, i)))
        for task in dataset.select("train")
        for i in range(4)
    ]


def trained(config: Config, dataset: Dataset, steps: int = STEPS) -> Params:
    learner = learner_of(config)
    init = learner.fresh_init(config, generator(0))
    one = Trainee("r", 0, init, tuple(dataset.select("train")))
    for _ in range(steps):
        ((one, _),) = learner.meta_step(Setting(config, dataset, Engine(1)), [one])
    return one.init


@pytest.fixture(scope="module")
def solved_init(small: Dataset) -> Params:
    return trained(config_of("solved"), small, 40)


def mean_loss(config: Config, params: Params, episodes: list[LoadedEpisode]) -> float:
    """Return the mean cross-entropy of queries under what the learner answers."""
    losses = []
    for number, episode in enumerate(episodes):
        minibatches = draw_minibatches(6, 6, config.eval_inner_steps, generator(number))
        logits = predict(learner_of(config).fit, config, params, episode, minibatches)
        assert logits.shape == (6, 3)
        losses.append(float(torch.nn.functional.cross_entropy(logits, episode.query_labels)))
    return float(np.mean(losses))


@NAMES
def test_a_config_finds_its_learner(name: str) -> None:
    assert learner_of(Config(learner=name)) is LEARNERS[name]  # type: ignore[arg-type]


@NAMES
def test_a_few_steps_lower_the_mean_loss(name: str, small: Dataset) -> None:
    config, episodes = config_of(name), fixed_episodes(small)
    fresh = learner_of(config).fresh_init(config, generator(0))
    before = mean_loss(config, fresh, episodes)
    after = mean_loss(config, trained(config, small), episodes)
    assert after < 0.9 * before


@NAMES
def test_an_init_is_a_function_of_config_and_draw(name: str) -> None:
    config, learner = config_of(name), LEARNERS[name]
    one, again, other = (flatten(learner.fresh_init(config, generator(s))) for s in (0, 0, 1))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)


@NAMES
def test_a_step_is_counted_and_reports_its_loss(name: str, small: Dataset) -> None:
    config, learner = config_of(name), LEARNERS[name]
    tasks = tuple(small.select("train"))
    one = Trainee("r01", 7, learner.fresh_init(config, generator(0)), tasks)
    ((moved, loss),) = learner.meta_step(Setting(config, small, Engine(1)), [one])
    assert (moved.name, moved.step, moved.tasks, moved.snapshots) == ("r01", 8, tasks, ())
    assert list(moved.init) == list(one.init)
    assert 0 < loss < 5
    assert not torch.equal(flatten(moved.init), flatten(one.init))


@pytest.mark.parametrize("route", ["likelihood", "loo"])
def test_a_support_is_likelier_with_its_own_labels_than_with_dealt_ones(
    route: str, small: Dataset, solved_init: Params
) -> None:
    config = replace(config_of("solved"), route=route)  # type: ignore[arg-type]
    own, dealt = [], []
    for number, episode in enumerate(fixed_episodes(small)):
        labels = episode.support_labels
        order = torch.from_numpy(generator(number).permutation(6))
        own.append(support_likelihood(config, solved_init, episode.support, labels))
        dealt.append(support_likelihood(config, solved_init, episode.support, labels[order]))
    assert np.mean(own) > np.mean(dealt) + 1
    assert np.mean(np.array(own) >= np.array(dealt)) > 0.9


def test_the_two_ways_to_weigh_a_support_differ(small: Dataset, solved_init: Params) -> None:
    episode = fixed_episodes(small)[0]
    one, other = (
        support_likelihood(
            replace(config_of("solved"), route=route),  # type: ignore[arg-type]
            solved_init,
            episode.support,
            episode.support_labels,
        )
        for route in ("likelihood", "loo")
    )
    assert other < 0  # the logarithm of a probability
    assert abs(one - other) > 0.1


def test_a_likelier_support_is_one_that_costs_less(small: Dataset, solved_init: Params) -> None:
    # Over inits, what routing goes by should go along with what it is for.
    config = replace(config_of("solved"), shots=4)
    fresh = learner_of(config).fresh_init(config, generator(0))
    episodes = fixed_episodes(small, shots=4)
    likely, cost = (
        np.mean([[of(init, one) for init in (fresh, solved_init)] for one in episodes], axis=0)
        for of in (
            lambda init, one: support_likelihood(config, init, one.support, one.support_labels),
            lambda init, one: float(query_loss(init, one, "batch")),
        )
    )
    assert likely[1] > likely[0]
    assert cost[1] < cost[0]
