from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import SMALL_SOLVED
from treemeta.declared import make_config
from treemeta.engine.local import Engine
from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.tasks.dataset import Dataset, Task
from treemeta.tree import forecast as forecasts
from treemeta.tree.forecast import (
    POWER,
    Fit,
    fit,
    forecast,
    forecast_of,
    labels_of,
    layer_cosines,
    lost,
    outlook,
    promise,
)
from treemeta.tree.foresight import Foresight, price

CONFIG = make_config(SMALL_SOLVED | {"meta_steps": 40, "split_every": 20, "min_tasks": 2})
FINITE = st.floats(-3, 3).filter(lambda value: abs(value) > 1e-3)
GRADIENT = st.tuples(FINITE, FINITE, FINITE)


def foresight(
    pulls: dict[str, list[list[float]]], losses: list[float], errors: Sequence[float] = ()
) -> Foresight:
    """Return what a probe without noise tells: each layer's pulls, a row for every task."""
    layers = {}
    for layer, rows in pulls.items():
        inner = np.array(rows) @ np.array(rows).T
        n = len(rows)
        layers[layer] = np.broadcast_to(inner[:, None, None, :, None, None], (n, 2, 1, n, 2, 1))
    return Foresight(
        tuple(f"t{i}" for i in range(len(losses))),
        layers,
        np.array(losses),
        np.array(errors or [0.5] * len(losses)),
    )


def planted(*gradients: tuple[float, ...]) -> np.ndarray:
    return np.array(gradients) @ np.array(gradients).T


def test_what_points_apart_is_lost_and_what_points_the_same_way_is_not() -> None:
    halves = np.array([0, 0, 1, 1])
    assert lost(planted((1, 0), (1, 0), (-1, 0), (-1, 0)), halves) == pytest.approx(1)
    assert lost(planted((1, 2), (1, 2), (1, 2), (1, 2)), halves) == pytest.approx(0)
    assert lost(planted((1, 0), (1, 0), (0, 1), (0, 1)), halves) == pytest.approx(0.5)
    thirds = np.array([0, 1, 2])
    assert lost(planted((1, 0, 0), (0, 1, 0), (0, 0, 1)), thirds) == pytest.approx(2 / 3)
    assert lost(-np.eye(4), halves) == 0  # lengths that are all noise


@given(st.floats(0, np.pi), st.integers(1, 5))
def test_of_two_alike_groups_half_of_one_less_their_cosine_is_lost(angle: float, n: int) -> None:
    one, other = (1.0, 0.0), (float(np.cos(angle)), float(np.sin(angle)))
    labels = np.repeat([0, 1], n)
    assert lost(planted(*[one] * n, *[other] * n), labels) == pytest.approx(
        (1 - np.cos(angle)) / 2, abs=1e-9
    )


@given(st.lists(GRADIENT, min_size=3, max_size=7))
def test_what_is_lost_is_the_variance_between_groups(gradients: list[tuple[float, ...]]) -> None:
    labels = np.arange(len(gradients)) % 2
    g = np.stack([np.array(gradients)[labels == group].mean(0) for group in (0, 1)])
    w = np.bincount(labels) / len(labels)
    mean, whole = w @ g, w @ (g**2).sum(1)
    share = w @ ((g - mean) ** 2).sum(1) / whole if whole > 0 else 0
    assert lost(planted(*gradients), labels) == pytest.approx(share, abs=1e-9)


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_more_is_promised_the_more_is_to_gain(a: float, b: float) -> None:
    by = Fit(base=-0.001, slope=0.05, reach=0.01, spread=0.3)
    few, many = (forecast_of(one, by) for one in sorted((a, b)))
    assert few.gain <= many.gain
    for one in (few, many):
        assert one.gain - one.low == pytest.approx(one.high - one.gain)
        assert one.high - one.gain >= 0.01 - 1e-12
    assert forecast_of(0, by).gain == -0.001
    assert forecast_of(1, by).high == pytest.approx(0.049 * 1.3 + 0.01)


def test_there_is_something_to_win_where_some_is_right_and_some_is_wrong() -> None:
    apart, sizes = planted((1, 0), (-1, 0)), np.array([1, 3])
    assert promise(apart, sizes, np.array([0.0, 1.0])) == 0
    assert promise(planted((1, 0), (1, 0)), sizes, np.array([0.5, 0.5])) == 0  # nothing is lost
    lost_share = 1 - (0.25 - 0.75) ** 2
    half = promise(apart, sizes, np.array([0.5, 0.0]))
    assert half == pytest.approx(lost_share**POWER * 0.25 * 0.25)
    both = promise(apart, sizes, np.array([0.5, 0.1]))
    assert both == pytest.approx(lost_share**POWER * (0.25 * 0.25 + 0.75 * 0.09))


def test_the_fit_promises_nothing_where_nothing_is_lost() -> None:
    none, much = forecast_of(0, fit()), forecast_of(0.25, fit())
    assert none.low < 0 < none.high
    assert abs(none.gain) < 0.005
    assert much.low > 0


def test_a_forecast_is_of_groups_by_name() -> None:
    pulls = {"conv1": [[1.0, 0], [0, 1], [1, 0], [0, 1]]}
    seen = foresight(pulls, [1, 1, 1, 1], [0.2, 0.4, 0.2, 0.4])
    apart = forecast(seen, (("t1", "t3"), ("t0", "t2")))
    assert apart == forecast_of(0.5**POWER * (0.16 + 0.24) / 2, fit())
    assert forecast(seen, (("t0", "t1"), ("t2", "t3"))) == forecast_of(0, fit())
    assert labels_of(("b", "a"), (("a",), ("b",))).tolist() == [1, 0]


def test_layers_conflict_each_for_itself() -> None:
    pulls = {"conv1": [[1.0], [1.0], [2.0]], "norm1": [[1.0], [0.5], [-1.0]], "conv2": [[0.0]] * 3}
    seen = foresight(pulls, [1, 1, 1])
    assert layer_cosines(seen, np.array([0, 0, 1])) == pytest.approx({"conv1": 1, "norm1": -1})


def test_an_outlook_finds_what_conflicts_or_tells_of_groups(
    small: Dataset, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = tuple(f"t{i}" for i in range(4))
    node = Trainee("r", 10, {}, tuple(Task(name, (0,)) for name in names))
    setting = Setting(CONFIG, small, engine)
    seen = foresight({"conv1": [[1, 0.1], [-0.5, 0], [1, -0.1], [-0.5, 0]]}, [1.0, 0.5, 2.0, 0.7])
    monkeypatch.setattr(forecasts, "foresee", lambda *_: seen)
    found = outlook(setting, node)
    assert found.groups == (("t0", "t2"), ("t1", "t3"))
    assert found.losses == pytest.approx((1.5, 0.6))
    assert (found.step, found.steps) == (10, 30)
    assert found.price == price(CONFIG, 4, 10, found.episodes, 2)  # of both draws
    assert found.conflicts[0].cosine == pytest.approx(-1)
    assert found.forecast == forecast(seen, found.groups)

    told = outlook(setting, node, (("t0", "t1"), ("t2", "t3")))
    assert told.groups == (("t0", "t1"), ("t2", "t3"))
    assert told.forecast is not None
    assert told.forecast.gain < (found.forecast.gain if found.forecast else 0)

    alike = foresight({"conv1": [[1, 0.3], [1, 0], [1, -0.3], [1, 0]]}, [1, 1, 1, 1])
    # What other episodes do not confirm to conflict is one group.
    monkeypatch.setattr(forecasts, "foresee", lambda *by: seen if by[3:] else alike)
    assert outlook(setting, node).groups == (names,)
    monkeypatch.setattr(forecasts, "foresee", lambda *_: alike)
    alone = outlook(setting, replace(node, step=40))
    assert (alone.groups, alone.conflicts, alone.forecast) == ((names,), (), None)
    assert alone.steps == 20  # at the path's end: as many as between two stops
