from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.cli.of_rows import clouds
from tests.tasks.test_pace import pace_of
from treemeta.config import Config
from treemeta.errors import ConfigError
from treemeta.tasks.fitted import fitted
from treemeta.tasks.sources import open_dataset


@pytest.fixture
def table(tmp_path: Path) -> str:
    return str(clouds(tmp_path / "clouds.csv"))


def test_a_table_says_what_it_tells_and_how_long_it_is_learned_from(table: str) -> None:
    config, dataset = Config(dataset=table), open_dataset(table)
    assert (config.features, config.targets, config.meta_steps) == (0, "auto", "auto")
    told = fitted(config, dataset)
    assert (told.features, told.targets, told.ways) == (dataset.shape[0], "classes", 5)
    assert (told.meta_steps, told.split_every) == pace_of(config, "classes", dataset.trained_on)
    assert told.meta_steps < 1500
    assert fitted(told, dataset) == told
    given: Any = {"meta_steps": 40, "split_every": 10}
    assert vars(fitted(replace(config, **given), dataset)).items() >= given.items()


def test_features_that_tell_nothing_are_not_counted(tmp_path: Path) -> None:
    x = np.linspace(0, 1, 60)
    table = pd.DataFrame({"task": ["a", "b", "c"] * 20, "target": x**2, "x": x, "y": x**3})
    for added, steps in (("same", 1500), ("other", 120)):
        table[added] = 1.0 if added == "same" else np.cos(9 * x)
        table.to_csv(path := tmp_path / f"{added}.csv", index=False)
        told = fitted(Config(dataset=str(path)), open_dataset(str(path)))
        assert (told.features, told.meta_steps) == (len(table.columns) - 2, steps)


def test_a_table_that_tells_something_else_is_refused(table: str) -> None:
    with pytest.raises(ConfigError, match=r"numbers is not what clouds\.csv has: leave it"):
        fitted(Config(dataset=table, targets="numbers"), open_dataset(table))


def test_images_say_their_size_and_colour() -> None:
    named = "glyphs:families=2,scripts=2,characters=5,drawings=10"
    told = fitted(Config(dataset=named), open_dataset(named))
    assert (told.channels, told.size, told.meta_steps) == ("1", 28, 1500)
