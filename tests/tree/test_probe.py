from dataclasses import replace

import numpy as np
import pytest

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn.learner import fresh_init
from treemeta.learn.network import init_params
from treemeta.learn.setting import Setting
from treemeta.randomness import generator
from treemeta.tasks.dataset import Dataset
from treemeta.tree.probe import probe, probe_lightly, running

ADDRESS = ("r",)


def test_shape_and_episodes(small_config: Config, small: Dataset, engine: Engine) -> None:
    params = init_params(small_config, generator(0))
    tasks = small.select("train")
    found = probe(Setting(small_config, small, engine), params, tasks, 10, ADDRESS)
    assert found.directions.shape[:3] == (len(tasks), 2, 5)
    assert found.episodes == 10
    more = probe(Setting(small_config, small, engine), params, tasks[:1], 30, ADDRESS)
    assert more.directions.shape[2] == 12
    assert more.episodes == 48  # two for each of twelve blocks in either half


@pytest.mark.parametrize(
    ("asked", "drawn", "blocks"),
    [(4, 4, 2), (16, 4, 2), (20, 8, 2), (32, 8, 4), (44, 20, 5), (100, 48, 12)],
)
def test_a_light_probe_is_as_many_episodes_pooled(
    solved_config: Config, small: Dataset, engine: Engine, asked: int, drawn: int, blocks: int
) -> None:
    # Tasks are held against deals, which are probed pooled: fewer episodes would be a handicap.
    config = replace(solved_config, probe_episodes=asked)
    params, tasks = fresh_init(config), small.select("train")[:1]
    setting = Setting(config, small, engine)
    light, pooled = (
        probe_lightly(setting, params, tasks, ADDRESS, pooled=pooled) for pooled in (False, True)
    )
    assert light.episodes == pooled.episodes == drawn
    assert (light.directions.shape[2], pooled.directions.shape[2]) == (blocks, 1)
    assert light.directions.shape[3] == pooled.directions.shape[3]


def test_the_order_of_the_tasks_and_their_company_are_no_matter(
    small_config: Config, small: Dataset, engine: Engine
) -> None:
    params = init_params(small_config, generator(0))
    tasks = small.select("train")
    whole = probe(Setting(small_config, small, engine), params, tasks, 4, ADDRESS)
    turned = probe(Setting(small_config, small, engine), params, tasks[::-1], 4, ADDRESS)
    alone = probe(Setting(small_config, small, engine), params, tasks[2:3], 4, ADDRESS)
    assert whole.tasks == turned.tasks
    assert np.array_equal(whole.directions, turned.directions)
    assert np.array_equal(whole.directions[2], alone.directions[0])


def test_halves_blocks_and_addresses_are_drawn_apart(
    small_config: Config, small: Dataset, engine: Engine
) -> None:
    params = init_params(small_config, generator(0))
    one = small.select("train")[:1]
    found = probe(Setting(small_config, small, engine), params, one, 8, ADDRESS)
    other = probe(Setting(small_config, small, engine), params, one, 8, ("r0",))
    drawn = np.concatenate([found.directions, other.directions]).reshape(16, -1)
    assert len(np.unique(drawn, axis=0)) == 16


def test_pooling_is_the_mean_over_all_episodes(
    small_config: Config, small: Dataset, engine: Engine
) -> None:
    params = init_params(small_config, generator(0))
    one = small.select("train")[:2]
    probes = [
        probe(Setting(replace(small_config, seed=s), small, engine), params, one, 4, ADDRESS)
        for s in (0, 1)
    ]
    first, pooled = running(probes)
    assert np.array_equal(first.directions, probes[0].directions)
    assert pooled.episodes == 8
    assert np.allclose(pooled.mean(), (probes[0].mean() + probes[1].mean()) / 2, atol=1e-6)
