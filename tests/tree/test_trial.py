from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.learn.functions import NUMBERS
from tests.tree.gated import Overhear
from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn.learner import learner_of
from treemeta.learn.params import Params, flatten
from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.learn.trunk import trunk
from treemeta.randomness import generator
from treemeta.store.records import Routed
from treemeta.tasks.dataset import Dataset, Task
from treemeta.tree.gate import paired_gain
from treemeta.tree.route import Fork, Router
from treemeta.tree.stretch import Progress, train_to_stops
from treemeta.tree.trial import Outcome, Trial, examine_trial, started, trial_stop, try_split

NO_FORK = Fork(np.zeros(1, np.float32), np.zeros((2, 1), np.float32))  # likelihoods need none


@pytest.fixture(scope="module")
def config(solved_config: Config) -> Config:
    return replace(solved_config, gate="gain", meta_step_size=0.01, test_episodes=4)


def halves(dataset: Dataset) -> tuple[tuple[str, ...], ...]:
    names = [task.name for task in dataset.select("train")]
    return tuple(names[::2]), tuple(names[1::2])


def root(config: Config, dataset: Dataset, init: Params | None = None, step: int = 2) -> Trainee:
    fresh = learner_of(config).fresh_init(config, generator(0))
    return Trainee("r", step, init or fresh, tuple(dataset.select("train")))


def test_children_start_where_their_parent_stands(config: Config, small: Dataset) -> None:
    parent = root(config, small)
    kids = started(small, parent, halves(small))
    assert [(one.name, one.step, one.moments, one.snapshots) for one in kids] == [
        ("r0", 2, None, ()), ("r1", 2, None, ())
    ]  # fmt: skip
    assert [[task.name for task in one.tasks] for one in kids] == list(map(list, halves(small)))
    assert all(one.init is parent.init for one in kids)


@pytest.mark.parametrize(
    ("step", "split_every", "stop"), [(2, 2, 3), (0, 4, 2), (0, 3, 2), (3, 9, 4)]
)
def test_all_train_on_half_of_the_way_to_the_next_stop_and_are_heard_of_as_in_a_trial(
    config: Config, small: Dataset, engine: Engine, step: int, split_every: int, stop: int
) -> None:
    config = replace(config, split_every=split_every)
    heard: list[Progress] = []
    trial = try_split(
        Setting(config, small, engine), root(config, small, step=step), halves(small), heard.append
    )
    (alone,), kids = trial.parent.trained, trial.children["none"]
    ended = [alone, *kids.trained]
    assert [(one.name, one.step) for one, _ in ended] == [("r", stop), ("r0", stop), ("r1", stop)]
    steps = range(step + 1, stop + 1)
    told = [(name, s) for s in steps for name in ("r", "r0", "r1")]
    assert [(event.node, event.step) for event in heard] == told
    assert all(event.loss is None and event.trial is not None for event in heard)
    whole = [*trial.parent.heard, *kids.heard]
    by_node = sorted(heard, key=lambda event: event.node != "r")  # which keeps their order
    assert [event.loss for event in whole] == [event.trial for event in by_node]
    assert all(event.trial is None for event in whole)
    assert [loss for _, loss in kids.trained] == [event.loss for event in kids.heard[-2:]]


def test_a_trial_trains_each_as_it_would_alone(
    config: Config, small: Dataset, engine: Engine
) -> None:
    parent = root(config, small)
    trial = try_split(Setting(config, small, engine), parent, halves(small), lambda _: None)
    apart = [parent, *started(small, parent, halves(small))]
    ended = (*trial.parent.trained, *trial.children["none"].trained)
    setting = Setting(config, small, engine)
    for one, (tried, loss) in zip(apart, ended, strict=True):
        stops = {one.name: trial_stop(config, parent.step)}
        ((alone, expected),) = train_to_stops(setting, [one], stops, lambda _: None)
        assert torch.equal(flatten(tried.init), flatten(alone.init))
        assert loss == expected
    assert len({float(flatten(one.init).sum()) for one, _ in trial.children["none"].trained}) == 2


# A planted case: inits that have learned nothing against inits that have


@pytest.fixture(scope="module")
def learned(config: Config, small: Dataset) -> Params:
    one = root(config, small, step=0)
    for _ in range(40):
        ((one, _),) = learner_of(config).meta_step(
            Setting(replace(config, meta_steps=1000), small, Engine(1)), [one]
        )
    return one.init


def deaf(params: Params) -> Params:
    """Return parameters whose features are the same for every image."""
    blind = {"conv1.weight": torch.zeros_like(params["conv1.weight"])}
    return params | blind | {"norm1.shift": torch.ones_like(params["norm1.shift"])}


def tried(
    config: Config, dataset: Dataset, parent: Params, children: Params, engine: Engine
) -> np.ndarray:
    before = root(config, dataset, children)
    kids = tuple((replace(one, step=4), 0.5) for one in started(dataset, before, halves(dataset)))
    alone = Outcome(((replace(before, init=parent, step=4), 0.5),), ())
    trial = Trial(alone, {"none": Outcome(kids, ())})
    found = examine_trial(Setting(config, dataset, engine), before, NO_FORK, trial)
    return found["none"].differences


def test_children_that_have_learned_more_are_accepted_and_the_reverse_refused(
    config: Config, small: Dataset, learned: Params, engine: Engine
) -> None:
    better = tried(config, small, deaf(learned), learned, engine)
    worse = tried(config, small, learned, deaf(learned), engine)
    assert paired_gain(better).low > 0
    assert paired_gain(worse).high < 0
    # The same episodes both times: what one gains the other loses.
    assert better == pytest.approx(-worse)


def test_of_numbers_children_gain_what_their_error_is_less(
    config: Config, small: Dataset, learned: Params, engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def examined(_: Setting, router: Router, tasks: list[Task], *__: object) -> dict[str, Routed]:
        return {task.name: Routed(0.3 if "r0" in router.inits else 0.5, {}) for task in tasks}

    monkeypatch.setattr("treemeta.tree.trial.examine_all", examined)
    assert tried(NUMBERS, small, learned, learned, engine) == pytest.approx(0.2)
    assert tried(config, small, learned, learned, engine) == pytest.approx(-0.2)


def test_children_are_told_apart_on_one_scale(
    config: Config, small: Dataset, learned: Params, engine: Engine, overheard: Overhear
) -> None:
    asked = overheard("treemeta.tree.trial")
    tried(config, small, learned, learned, engine)
    assert [{*router.scales} for router in asked] == [set(), {"r0", "r1"}]  # the parent is alone


def test_children_like_their_parent_gain_nothing(
    config: Config, small: Dataset, learned: Params, engine: Engine
) -> None:
    assert not tried(config, small, learned, learned, engine).any()


def test_auto_tries_all_that_children_might_share(
    config: Config, small: Dataset, engine: Engine
) -> None:
    setting = Setting(replace(config, share="auto"), small, engine)
    trial = try_split(setting, root(config, small), halves(small), lambda _: None)
    assert list(trial.children) == ["trunk", "none"]
    for share, outcome in trial.children.items():
        one, other = (trunk(child.init) for child, _ in outcome.trained)
        same = all(torch.equal(one[name], other[name]) for name in one)
        assert same == (share == "trunk")
    found = examine_trial(setting, root(config, small), NO_FORK, trial)
    assert {share: len(one.differences) for share, one in found.items()} == {"trunk": 6, "none": 6}
    names = {task.name for task in small.select("train")}
    for one in found.values():
        assert {*one.routed} == names
        for each in one.routed.values():
            assert {*each.shares} == {*each.each} == {"r0", "r1"}
            assert sum(each.shares.values()) == 1
