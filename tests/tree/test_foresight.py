from dataclasses import replace

import numpy as np
import pytest

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.errors import ConfigError
from treemeta.learn.gradients import meta_gradient, query_loss, query_outputs
from treemeta.learn.learner import learner_of
from treemeta.learn.params import body, flatten
from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.randomness import generator
from treemeta.tasks.dataset import Dataset
from treemeta.tree.foresight import (
    MOST,
    SHARE,
    affordable,
    check_foresight,
    foresee,
    price,
    pull_and_answers,
    steps_on,
)
from treemeta.tree.probe import Probe, TaskProbe, draw_images, task_probes
from treemeta.tree.products import gram


def root(config: Config, dataset: Dataset) -> Trainee:
    init = learner_of(config).fresh_init(config, generator(0))
    return Trainee("r", 2, init, tuple(dataset.select("train")))


def test_pulls_losses_and_errors_are_means_over_the_same_episodes(
    solved_config: Config, small: Dataset
) -> None:
    node = root(solved_config, small)
    unit = TaskProbe(solved_config, small, node.init, node.tasks[0], 2, 3, ("r", "x"))
    found = pull_and_answers(unit)
    assert found.shape == (2, 2, flatten(body(node.init)).numel() + 2)
    for half, block in np.ndindex(2, 2):
        rngs = [generator(0, "r", "x", half, block, n, "probe") for n in range(3)]
        episodes = [draw_images(unit, 2, 2, rng) for rng in rngs]
        norm = solved_config.norm
        pulls = [meta_gradient(node.init, one, norm).numpy() for one in episodes]
        losses = [query_loss(node.init, one, norm).item() for one in episodes]
        assert found[half, block, :-2] == pytest.approx(np.mean(pulls, axis=0), abs=1e-5)
        wrong = [
            (query_outputs(node.init, one, norm).argmax(1) != one.query_labels).float().mean()
            for one in episodes
        ]
        assert found[half, block, -1] == pytest.approx(np.mean(wrong), abs=1e-6)
        assert found[half, block, -2] == pytest.approx(np.mean(losses), abs=1e-5)


def test_layers_add_up_to_the_whole(solved_config: Config, small: Dataset, engine: Engine) -> None:
    node = root(solved_config, small)
    seen = foresee(Setting(solved_config, small, engine), node, 4)
    names = [task.name for task in node.tasks]
    assert (list(seen.tasks), seen.losses.shape) == (sorted(names), (len(names),))
    layers = [f"{kind}{block}" for block in (1, 2, 3, 4) for kind in ("conv", "norm")]
    assert sorted(seen.layers) == sorted(layers)
    units = task_probes(
        Setting(solved_config, small, engine), node.init, list(node.tasks), 4, ("r", "foresight")
    )
    units = [replace(one, blocks=1, per_block=2) for one in units]
    whole = np.stack([pull_and_answers(unit)[..., :-2] for unit in units])
    assert whole.shape[-1] == flatten(body(node.init)).numel()
    assert seen.whole == pytest.approx(gram(Probe(seen.tasks, whole, 4)), rel=1e-4, abs=1e-5)
    assert (seen.losses > 0).all()
    assert seen.errors.shape == seen.losses.shape
    assert ((seen.errors >= 0) & (seen.errors <= 1)).all()
    n = len(names)
    assert seen.whole.shape == (n, 2, 1, n, 2, 1)
    # Squared lengths: of all layers together no less than of any.
    for one in seen.layers.values():
        own, whole = (np.einsum("ihbihb->ihb", each) for each in (one, seen.whole))
        assert (own <= whole + 1e-9).all()
        assert (own >= 0).all()


def test_a_probe_costs_a_twentieth_of_training_two_children_if_it_can() -> None:
    config = Config(meta_steps=600, split_every=300)
    assert affordable(config, 70, 300) == 4
    assert price(config, 70, 300, 4) == pytest.approx(70 * 4 * 20 / (2 * 300 * 4 * 50))
    for tasks in (3, 50, 70, 140, 1000):
        episodes = affordable(config, tasks, 300)
        assert episodes % 2 == 0
        assert 4 <= episodes <= MOST  # two a half: from fewer no bootstrap is drawn
        assert price(config, tasks, 300, episodes) <= SHARE or episodes == 4
        assert price(config, tasks, 300, episodes + 2) > SHARE or episodes == MOST
    assert price(config, 70, 300, 4, children=4) == price(config, 70, 300, 4) / 2
    assert (steps_on(config, 300), steps_on(config, 600)) == (300, 300)


def test_only_gradients_that_were_fitted_have_a_forecast(small_config: Config) -> None:
    check_foresight(Config())
    for config in (small_config, replace(Config(), direction="head_solved")):
        with pytest.raises(ConfigError, match="has no forecast, which is made of meta_gradient"):
            check_foresight(config)
    with pytest.raises(ConfigError, match="numbers have no forecast"):
        check_foresight(Config(dataset="functions"))
    check_foresight(Config(dataset="t.csv"))  # nobody knows yet
