from dataclasses import replace

import numpy as np
import pytest

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn.setting import Setting
from treemeta.learn.solved import fresh_init
from treemeta.learn.trainee import Trainee
from treemeta.randomness import generator
from treemeta.tasks.dataset import Dataset
from treemeta.tree.deals import seen_as_deals
from treemeta.tree.grow import grow
from treemeta.tree.growth import Growth
from treemeta.tree.probe import probe_lightly
from treemeta.tree.products import gram
from treemeta.tree.stretch import Progress
from treemeta.tree.weigh import probe_node


def test_every_deal_is_heard_of(small_config: Config, small: Dataset, engine: Engine) -> None:
    config = replace(small_config, max_depth=1, split_every=3)
    heard: list[Progress] = []
    list(grow(Growth(Setting(config, small, engine), heard.append), {}))
    assert [event.deals for event in heard if event.deals] == list(range(1, config.deals + 1))


@pytest.mark.parametrize("direction", ["head_solved", "meta_gradient"])
def test_tasks_are_seen_as_lightly_as_their_deals(
    solved_config: Config, small: Dataset, engine: Engine, direction: str
) -> None:
    setting = Setting(replace(solved_config, direction=direction), small, engine)  # type: ignore[arg-type]
    tasks, init = small.select("train"), fresh_init(setting.config, generator(0))
    node = Trainee("r", 2, init, tuple(tasks))
    full, light = probe_node(setting, node), probe_lightly(setting, init, tasks, ("r",))
    expected = light if direction == "meta_gradient" else full
    assert np.array_equal(seen_as_deals(setting, node, full), gram(expected))
