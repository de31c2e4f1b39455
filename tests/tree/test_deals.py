from dataclasses import replace

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn.setting import Setting
from treemeta.tasks.dataset import Dataset
from treemeta.tree.grow import grow
from treemeta.tree.growth import Growth
from treemeta.tree.stretch import Progress


def test_every_deal_is_heard_of(small_config: Config, small: Dataset, engine: Engine) -> None:
    config = replace(small_config, max_depth=1, split_every=3)
    heard: list[Progress] = []
    list(grow(Growth(Setting(config, small, engine), heard.append), {}))
    assert [event.deals for event in heard if event.deals] == list(range(1, config.deals + 1))
