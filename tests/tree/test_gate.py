from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn.learner import learner_of
from treemeta.learn.params import Params, flatten
from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.randomness import generator
from treemeta.store.records import Evidence
from treemeta.tasks.dataset import Dataset
from treemeta.tree.gate import Gain, Trial, gain_of, judged, paired_gain, started, try_split
from treemeta.tree.route import Fork
from treemeta.tree.stretch import Progress, train_to_stop

FOUND = Evidence(4, True, "structure beyond that of dealt classes", 2, 0.4, 0.05, 0.3, 0.05, 1.0)
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


# Gains


@given(
    st.lists(st.floats(-1, 1), min_size=2, max_size=12).filter(lambda found: np.ptp(found) > 1e-6)
)
def test_the_interval_of_a_gain_is_student_s(differences: list[float]) -> None:
    n, mean = len(differences), np.mean(differences)
    half = t.ppf(0.975, n - 1) * np.std(differences, ddof=1) / np.sqrt(n)
    found = paired_gain(np.array(differences))
    assert found.mean == pytest.approx(mean)
    assert (found.low, found.high) == pytest.approx((mean - half, mean + half), abs=1e-9)


@pytest.mark.parametrize("differences", [[0.25], [0.0, 0.0], [-0.5] * 3])
def test_differences_that_are_all_equal_are_a_point(differences: list[float]) -> None:
    value = differences[0]
    assert paired_gain(np.array(differences)) == Gain(value, value, value)


@pytest.mark.parametrize(
    ("gain", "accepted"),
    [
        (Gain(0.1, 0.01, 0.2), True),
        (Gain(0.1, 0.0, 0.2), False),
        (Gain(0.1, -0.01, 0.3), False),
        (Gain(-0.1, -0.2, -0.01), False),
        (Gain(0.0, 0.0, 0.0), False),
    ],
)
def test_a_split_is_made_only_if_its_gain_lies_above_nought(gain: Gain, accepted: bool) -> None:
    found = judged(FOUND, gain, alone=300, together=600)
    assert found.accepted == accepted
    assert (found.reason == FOUND.reason) == accepted
    assert accepted or "do no better" in found.reason
    assert (found.gain, found.gain_low, found.gain_high) == (gain.mean, gain.low, gain.high)
    assert found.trial_steps == (300 if accepted else 600)
    kept = ("step", "children", "variance", "p_variance", "cohesion", "p_cut", "stability")
    assert all(getattr(found, name) == getattr(FOUND, name) for name in kept)


# Trials


def test_children_start_where_their_parent_stands(config: Config, small: Dataset) -> None:
    parent = root(config, small)
    kids = started(small, parent, halves(small))
    assert [(one.name, one.step, one.moments, one.snapshots) for one in kids] == [
        ("r0", 2, None, ()), ("r1", 2, None, ())
    ]  # fmt: skip
    assert [[task.name for task in one.tasks] for one in kids] == list(map(list, halves(small)))
    assert all(one.init is parent.init for one in kids)


@pytest.mark.parametrize(("step", "split_every", "stop"), [(2, 2, 4), (2, 3, 4), (1, 2, 3)])
def test_all_train_on_to_the_next_stop_and_are_heard_of_as_in_a_trial(
    config: Config, small: Dataset, engine: Engine, step: int, split_every: int, stop: int
) -> None:
    config = replace(config, split_every=split_every)
    heard: list[Progress] = []
    trial = try_split(
        Setting(config, small, engine), root(config, small, step=step), halves(small), heard.append
    )
    ended = [trial.parent, *trial.children]
    assert [(one.name, one.step) for one, _ in ended] == [("r", stop), ("r0", stop), ("r1", stop)]
    steps = [(name, s) for s in range(step + 1, stop + 1) for name in ("r", "r0", "r1")]
    assert [(event.node, event.step) for event in heard] == steps
    assert all(event.loss is None and event.trial is not None for event in heard)
    assert [event.loss for event in trial.heard] == [event.trial for event in heard]
    assert all(event.trial is None for event in trial.heard)
    assert [loss for _, loss in ended] == [event.loss for event in trial.heard[-3:]]
    assert {event.node for event in trial.of({"r0", "r1"})} == {"r0", "r1"}
    assert [event.node for event in trial.of({"r"})] == ["r"] * (stop - step)


def test_a_trial_trains_each_as_it_would_alone(
    config: Config, small: Dataset, engine: Engine
) -> None:
    parent = root(config, small)
    trial = try_split(Setting(config, small, engine), parent, halves(small), lambda _: None)
    apart = [parent, *started(small, parent, halves(small))]
    for one, (tried, loss) in zip(apart, (trial.parent, *trial.children), strict=True):
        ((alone, expected),) = train_to_stop(Setting(config, small, engine), [one], lambda _: None)
        assert torch.equal(flatten(tried.init), flatten(alone.init))
        assert loss == expected
    assert len({float(flatten(one.init).sum()) for one, _ in trial.children}) == 2


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
) -> Gain:
    before = root(config, dataset, children)
    kids = tuple((replace(one, step=4), 0.5) for one in started(dataset, before, halves(dataset)))
    trial = Trial((replace(before, init=parent, step=4), 0.5), kids, ())
    return gain_of(Setting(config, dataset, engine), before, NO_FORK, trial)


def test_children_that_have_learned_more_are_accepted_and_the_reverse_refused(
    config: Config, small: Dataset, learned: Params, engine: Engine
) -> None:
    better = tried(config, small, deaf(learned), learned, engine)
    worse = tried(config, small, learned, deaf(learned), engine)
    assert judged(FOUND, better, 2, 4).accepted
    assert not judged(FOUND, worse, 2, 4).accepted
    assert worse.high < 0
    # The same episodes both times: what one gains the other loses.
    assert better.mean == pytest.approx(-worse.mean)


def test_children_like_their_parent_gain_nothing(
    config: Config, small: Dataset, learned: Params, engine: Engine
) -> None:
    gain = tried(config, small, learned, learned, engine)
    assert gain == Gain(0.0, 0.0, 0.0)
    assert not judged(FOUND, gain, 2, 4).accepted
