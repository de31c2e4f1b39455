import pytest
from treemeta.tree.measure import Measured, episodes_for, measure

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn.network import init_params
from treemeta.randomness import generator
from treemeta.tasks.dataset import Dataset


def test_it_draws_until_the_target_is_met(
    small_config: Config, small: Dataset, engine: Engine
) -> None:
    params = init_params(small_config, generator(0))
    tasks = small.select("all")
    quick = measure(small_config, small, params, tasks, 0.0, 100, engine)
    slow = measure(small_config, small, params, tasks, 0.9999, 32, engine)
    assert quick.episodes == small_config.probe_episodes
    assert slow.episodes == 4 * small_config.probe_episodes
    assert quick.reliability is not None
    assert slow.reliability is not None
    assert slow.reliability > quick.reliability


@pytest.mark.parametrize(("now", "expected"), [(0.5, 180), (0.8, 45), (0.9, 20)])
def test_spearman_brown_s_prophecy(now: float, expected: int) -> None:
    import pandas as pd

    assert episodes_for(Measured(pd.DataFrame(), now, 20), 0.9) == expected


@pytest.mark.parametrize("now", [None, 0.0, -0.5, 1.0])
def test_nothing_to_extrapolate_from(now: float | None) -> None:
    import pandas as pd

    assert episodes_for(Measured(pd.DataFrame(), now, 20), 0.9) is None


@pytest.mark.omniglot
def test_the_50_alphabets_are_measured_reliably_with_default_settings(omniglot: Dataset) -> None:
    from treemeta.engine.local import physical_cores

    config = Config(dataset="omniglot")
    with Engine(physical_cores()) as engine:
        found = measure(
            config, omniglot, init_params(config, generator(0, "init")), omniglot.select("all"),
            0.9, 480, engine,
        )  # fmt: skip
    assert found.matrix.shape == (50, 50)
    assert found.reliability is not None
    assert found.reliability >= 0.9
