from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.tree.planted import planted_probe
from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.errors import ConfigError
from treemeta.learn.network import init_params
from treemeta.measures.direction import as_adam_sees, draw_until, measure, similarity_of
from treemeta.measures.subject import Subject
from treemeta.randomness import generator
from treemeta.tasks.dataset import Dataset
from treemeta.tree.cosines import similarity
from treemeta.tree.probe import Probe

TRUTH = np.arange(12) % 3


def subject(config: Config, dataset: Dataset, engine: Engine, **more: Any) -> Subject:
    """Return a subject whose parts are given instead of stored."""
    made = Subject(SimpleNamespace(), SimpleNamespace(), SimpleNamespace(), lambda: engine, **more)  # type: ignore[arg-type]
    vars(made).update(
        config=config,
        dataset=dataset,
        tasks=dataset.select("all"),
        params=init_params(config, generator(0)),
    )
    return made


def test_it_draws_until_the_target_is_met(
    small_config: Config, small: Dataset, engine: Engine
) -> None:
    quick = measure(subject(small_config, small, engine, target=0.0, most=100))
    slow = measure(subject(small_config, small, engine, target=0.9999, most=32))
    assert quick.episodes == small_config.probe_episodes
    assert slow.episodes == 4 * small_config.probe_episodes
    assert quick.reliability is not None
    assert slow.reliability is not None
    assert slow.reliability > quick.reliability


@pytest.mark.parametrize(("target", "most", "draws"), [(0.5, 99, 1), (0.9, 99, 3), (0.99, 30, 2)])
def test_drawing_stops_at_the_target_or_before_the_limit(
    target: float, most: int, draws: int
) -> None:
    reliable = {12: 0.6, 24: 0.8, 36: 0.95}

    def draw(number: int) -> Probe:
        return planted_probe(TRUTH, generator(number))

    found, _ = draw_until(draw, lambda probe: reliable[probe.episodes], target, most)
    assert found.episodes == 12 * draws


def test_without_a_target_it_is_drawn_once_whatever_comes_of_it() -> None:
    def draw(number: int) -> Probe:
        return planted_probe(TRUTH, generator(number))

    found, reached = draw_until(draw, lambda probe: -0.1, 0.0, 99)
    assert (found.episodes, reached) == (12, -0.1)


def test_some_layers_are_a_part_of_all(
    small_config: Config, small: Dataset, engine: Engine
) -> None:
    parts = ("conv1", "conv2", "norm")
    whole, *layers = (
        measure(subject(small_config, small, engine, target=0.0, layers=named))
        for named in ((), *((part,) for part in parts))
    )
    every = measure(subject(small_config, small, engine, target=0.0, layers=parts))
    assert every.matrix.equals(whole.matrix)
    assert not any(layer.matrix.equals(whole.matrix) for layer in layers)


@pytest.mark.parametrize("layer", ["conv3", "head", "", "c"])
def test_a_layer_that_is_not_there(
    small_config: Config, small: Dataset, engine: Engine, layer: str
) -> None:
    with pytest.raises(ConfigError, match="choose of conv, conv1"):
        measure(subject(small_config, small, engine, layers=(layer,)))


def test_intervals_surround_what_is_told() -> None:
    found = similarity_of(planted_probe(TRUTH, generator(0)), 0.9, correct=False, seed=0)
    assert found.low is not None
    assert found.high is not None
    assert (found.low < found.matrix).all(axis=None)
    assert (found.matrix < found.high).all(axis=None)
    assert list(found.low.index) == list(found.tasks)


def test_corrected_a_task_is_like_itself() -> None:
    probe = planted_probe(TRUTH, generator(0), noise=2.0)
    plain, corrected = (similarity_of(probe, 0.9, correct=c, seed=0) for c in (False, True))
    assert np.diag(plain.matrix).max() < 0.95
    assert np.allclose(np.diag(corrected.matrix), 1, atol=1e-6)
    middle = (corrected.low + corrected.high) / 2  # intervals are those of corrected ones
    assert np.allclose(middle, corrected.matrix, atol=1e-4)


def test_many_tasks_have_no_intervals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("treemeta.measures.direction.MOST_TASKS", 11)
    found = similarity_of(planted_probe(TRUTH, generator(0)), 0.9, correct=False, seed=0)
    assert found.low is None
    assert found.high is None


def test_meta_gradients_are_seen_whatever_the_scale_of_their_entries() -> None:
    probe = planted_probe(TRUTH, generator(0))
    scales = np.exp(generator(1).normal(size=60) * 3).astype(np.float32)
    stretched = replace(probe, directions=probe.directions * scales)
    one, other = (similarity(as_adam_sees(each)) for each in (probe, stretched))
    assert np.allclose(one, other, atol=1e-4)
    seen = as_adam_sees(stretched)
    assert np.allclose((seen.directions**2).mean((0, 1, 2)), 1, atol=1e-4)
    assert not seen.centred
    assert (seen.tasks, seen.episodes) == (probe.tasks, probe.episodes)


def test_entries_that_no_task_moves_stay_still() -> None:
    probe = planted_probe(TRUTH, generator(0))
    probe.directions[..., :5] = 0
    assert not as_adam_sees(probe).directions[..., :5].any()


def test_only_meta_gradients_are_seen_so(
    small_config: Config, solved_config: Config, small: Dataset, engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    asked: list[str] = []

    def spy(probe: Probe) -> Probe:
        asked.append("seen")
        return as_adam_sees(probe)

    monkeypatch.setattr("treemeta.measures.direction.as_adam_sees", spy)
    for direction, times in (("head_solved", 0), ("displacement", 0), ("meta_gradient", 1)):
        config = replace(
            small_config if direction == "displacement" else solved_config,
            direction=direction,
            network="conv2",
        )
        found = measure(subject(config, small, engine, target=0.0))
        assert len(asked) == times
        assert found.low is not None
        assert (found.low <= found.matrix + 1e-6).all(axis=None)


@pytest.mark.omniglot
def test_the_50_alphabets_are_measured_reliably_with_default_settings(omniglot: Dataset) -> None:
    from treemeta.engine.local import physical_cores

    with Engine(physical_cores()) as engine:
        config = Config(learner="reptile", dataset="omniglot")
        found = measure(subject(config, omniglot, engine))
    assert found.matrix.shape == (50, 50)
    assert found.reliability is not None
    assert found.reliability >= 0.95
