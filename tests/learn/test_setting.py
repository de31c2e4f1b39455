from dataclasses import FrozenInstanceError, replace

import pytest

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn.setting import Setting
from treemeta.tasks.dataset import Dataset


def test_a_setting_is_replaced_and_never_changed(small: Dataset, engine: Engine) -> None:
    setting = Setting(Config(), small, engine)
    other = replace(setting, config=Config(seed=1))
    assert (other.dataset, other.engine) == (small, engine)
    assert setting.config.seed == 0
    with pytest.raises(FrozenInstanceError):
        setting.config = other.config  # type: ignore[misc]
