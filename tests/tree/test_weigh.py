from dataclasses import replace
from typing import Any

import pytest
import torch

from tests.tree.gated import Plant, check_tree, examined, grown
from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn.params import flatten
from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.tasks.dataset import Dataset
from treemeta.tree.forecast import forecast
from treemeta.tree.foresight import affordable, foresee
from treemeta.tree.grow import grow
from treemeta.tree.growth import Growth


def test_a_refused_trial_leaves_no_trace_in_the_node(
    gated: Config, small: Dataset, engine: Engine, plant: Plant
) -> None:
    asked = plant({})
    (one,) = grown(gated, small, engine)
    (joint,) = grown(replace(gated, arm="joint"), small, engine)
    assert asked == ["r", "r"]  # at steps 2 and 4
    assert [evidence.step for evidence in one.node.evidence] == [2, 4]
    assert torch.equal(flatten(one.params), flatten(joint.params))
    assert replace(one.node, evidence=()) == joint.node
    assert (one.fork, one.begun) == (None, ())


def test_a_node_that_was_tried_in_vain_may_split_later(
    gated: Config, small: Dataset, engine: Engine, monkeypatch: pytest.MonkeyPatch, plant: Plant
) -> None:
    plant({})
    gains = iter([-1.0, 1.0])
    monkeypatch.setattr(
        "treemeta.tree.weigh.examine_trial", lambda *given: examined(next(gains), *given)
    )
    root, *kids = grown(replace(gated, max_depth=1), small, engine)
    assert [evidence.accepted for evidence in root.node.evidence] == [False, True]
    assert (root.node.meta_steps, [kid.node.start for kid in kids]) == (4, [4, 4])
    check_tree(gated, small, [root.node, *(kid.node for kid in kids)])


def test_cuts_are_made_as_told_without_a_trial(
    gated: Config, small: Dataset, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Any:
        raise AssertionError("nothing is to be weighed")

    monkeypatch.setattr("treemeta.tree.weigh.weigh_split", fail)
    monkeypatch.setattr("treemeta.tree.weigh.try_split", fail)
    names = [task.name for task in small.select("train")]
    cuts = {
        "r": (4, ((names[0], names[5]), tuple(names[1:5]))),
        "r0": (2, ((names[0],), (names[5],))),  # of a step it does not stand at
    }
    nodes = [
        one.node for one in grow(Growth(Setting(gated, small, engine), lambda _: None, cuts), {})
    ]
    check_tree(gated, small, nodes)
    assert [(node.name, node.start, node.meta_steps) for node in nodes] == [
        ("r", 0, 4), ("r0", 4, 2), ("r1", 4, 2)
    ]  # fmt: skip
    assert nodes[0].groups == cuts["r"][1]
    assert [one.accepted for one in nodes[0].evidence] == [False, True]


def test_without_cuts_told_an_empty_plan_splits_nowhere(
    gated: Config, small: Dataset, engine: Engine
) -> None:
    (one,) = grow(Growth(Setting(gated, small, engine), lambda _: None, {}), {})
    assert [evidence.accepted for evidence in one.node.evidence] == [False, False]


def test_a_split_that_is_tried_was_forecast_by_other_episodes(
    gated: Config, small: Dataset, engine: Engine, plant: Plant
) -> None:
    plant({"r": True})
    root, *kids = grown(replace(gated, max_depth=1), small, engine)
    ((told,),) = ([one.forecast for one in root.node.evidence],)
    assert told is not None
    setting = Setting(gated, small, engine)
    node = Trainee("r", root.node.meta_steps, root.params, tuple(small.select("train")))
    episodes = affordable(gated, len(node.tasks), node.step)
    groups = [kid.node.tasks for kid in kids]
    assert told == forecast(foresee(setting, node, episodes), groups)
