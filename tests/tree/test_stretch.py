from dataclasses import replace

import pytest
import torch

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.errors import ConfigError
from treemeta.learn.network import init_params
from treemeta.learn.params import flatten
from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.randomness import generator
from treemeta.tasks.dataset import Dataset
from treemeta.tree.stretch import Progress, may_ask, next_stop, together, train_to_stop


class Far(Engine):
    """An engine whose units are costly to send, here."""

    remote = True


def trainees(config: Config, dataset: Dataset) -> list[Trainee]:
    init = init_params(config, generator(0))
    tasks = tuple(dataset.select("train"))
    return [Trainee("r0", 2, init, tasks[:3]), Trainee("r1", 4, init, tasks[3:])]


def test_when_a_node_is_asked() -> None:
    config = Config(meta_steps=1500, split_every=500, max_depth=2)
    asked = [(d, s) for d in range(4) for s in range(1, 1501) if may_ask(config, d, s)]
    assert asked == [(0, 500), (0, 1000), (1, 500), (1, 1000)]
    assert not may_ask(replace(config, arm="joint"), 0, 500)


def test_a_node_stops_where_it_is_asked_next_or_at_the_path_s_end() -> None:
    config = Config(meta_steps=1200, split_every=500, max_depth=2)
    nodes = [Trainee(*where, {}, ()) for where in [("r", 0), ("r", 500), ("r0", 1000), ("r01", 0)]]
    assert [next_stop(config, one) for one in nodes] == [500, 1000, 1200, 1200]
    assert next_stop(replace(config, arm="joint"), nodes[0]) == 1200
    assert next_stop(replace(config, arm="scratch"), nodes[0]) == 0


def test_a_node_that_shares_a_trunk_is_asked_no_more() -> None:
    config = Config(meta_steps=1500, split_every=500)
    one = Trainee("r0", 500, {}, ())
    assert next_stop(config, one) == 1000
    assert next_stop(config, replace(one, trunk="r")) == 1500


def test_those_who_share_a_trunk_train_together_far_away_too(
    small_config: Config, small: Dataset
) -> None:
    config = replace(small_config, meta_steps=6, split_every=3)
    alone, *_ = trainees(config, small)
    pair = [replace(alone, name=name, trunk="r") for name in ("r1", "r2")]
    assert together([pair[0], alone, pair[1]]) == [tuple(pair), (alone,)]
    near, far = (
        train_to_stop(Setting(config, small, kind(1)), [*pair, alone], lambda _: None)
        for kind in (Engine, Far)
    )
    assert [one.step for one, _ in near] == [6, 6, 3]
    for (one, loss), (other, same) in zip(near, far, strict=True):
        assert torch.equal(flatten(one.init), flatten(other.init))
        assert (one.name, one.step, loss) == (other.name, other.step, same)


def test_side_by_side_or_far_away_they_learn_the_same(small_config: Config, small: Dataset) -> None:
    config = replace(small_config, meta_steps=9, split_every=3)
    heard: dict[type, list[Progress]] = {Engine: [], Far: []}
    trained = {
        kind: train_to_stop(
            Setting(config, small, kind(1)), trainees(config, small), heard[kind].append
        )
        for kind in heard
    }
    for (near, loss), (far, same) in zip(trained[Engine], trained[Far], strict=True):
        assert torch.equal(flatten(near.init), flatten(far.init))
        assert (near.name, near.step, loss) == (far.name, far.step, same)
    assert [one.step for one, _ in trained[Engine]] == [3, 6]
    by_node = [sorted(events, key=lambda e: (e.node, e.step)) for events in heard.values()]
    assert by_node[0] == by_node[1]
    assert [event.step for event in by_node[0]] == [3, 5, 6]


@pytest.mark.parametrize("kind", [Engine, Far])
def test_divergence_names_the_node_and_the_step(
    kind: type[Engine], small_config: Config, small: Dataset
) -> None:
    config = replace(small_config, meta_steps=8, inner_lr=1e30, inner_optimizer="sgd")
    with pytest.raises(ConfigError, match=r"node r\d at step \d+ .*--inner-lr"):
        train_to_stop(Setting(config, small, kind(1)), trainees(config, small), lambda _: None)
