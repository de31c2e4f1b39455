from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import SMALL_SOLVED
from tests.learn.functions import NUMBERS
from treemeta.config import Config
from treemeta.declared import make_config
from treemeta.engine.local import Engine
from treemeta.learn.learner import learner_of
from treemeta.learn.params import flatten
from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.randomness import generator
from treemeta.store.evidence import Moved
from treemeta.store.records import Routed
from treemeta.tasks.dataset import Dataset, Task
from treemeta.tree.reassign import moves, regrouped, replayed, with_tasks
from treemeta.tree.stretch import train_to_stops
from treemeta.tree.trial import started, trial_stop

CONFIG = make_config(SMALL_SOLVED | {"test_episodes": 20, "min_tasks": 2, "level": 0.05})
GROUPS = (("a", "b", "c"), ("d", "e", "f"))


def child(name: str, tasks: tuple[str, ...]) -> Trainee:
    return Trainee(name, 2, {"conv1.weight": torch.zeros(1)}, tuple(Task(t, (0,)) for t in tasks))


CHILDREN = [child("r0", GROUPS[0]), child("r1", GROUPS[1])]


def routed(better: bool = True, **elsewhere: float) -> dict[str, Routed]:
    """Return where each task's episodes were routed, so much of some away from their child, and
    whether the other child answers these better."""
    found = {}
    for name, other, group in (("r0", "r1", GROUPS[0]), ("r1", "r0", GROUPS[1])):
        for task in group:
            away = elsewhere.get(task, 0.0)
            each = {name: 0.5, other: 0.6 if away and better else 0.5}
            found[task] = Routed(0.5, {name: 1 - away, other: away}, each=each)
    return found


def test_a_task_goes_where_its_episodes_do() -> None:
    assert moves(CONFIG, CHILDREN, routed()) == ()
    assert moves(CONFIG, CHILDREN, routed(b=1.0)) == (Moved("b", "r0", "r1"),)
    both = moves(CONFIG, CHILDREN, routed(b=1.0, f=0.95))
    assert both == (Moved("b", "r0", "r1"), Moved("f", "r1", "r0"))


def test_no_task_moves_to_the_parent_that_answers_it() -> None:
    found = routed()
    found["b"] = Routed(0.5, {"r": 0.9, "r0": 0.1}, each={"r": 0.6, "r0": 0.5})
    assert moves(CONFIG, CHILDREN, found) == ()
    found["b"] = Routed(
        0.5, {"r": 0.9, "r0": 0.0, "r1": 0.1}, each={"r": 0.6, "r0": 0.5, "r1": 0.6}
    )
    assert moves(replace(CONFIG, test_episodes=4), CHILDREN, found) == ()  # a tenth of four is none


def test_chance_moves_no_task() -> None:
    # Of 20 episodes 16 and more go one way in .6 % of tosses, 17 and more in .13 %; six are tossed.
    assert moves(CONFIG, CHILDREN, routed(b=0.8)) == (Moved("b", "r0", "r1"),)
    assert moves(CONFIG, CHILDREN, routed(b=0.75)) == ()
    strict = replace(CONFIG, level=0.05 / 6, deals=120)
    assert moves(strict, CHILDREN, routed(b=0.8)) == ()
    assert moves(replace(CONFIG, test_episodes=4), CHILDREN, routed(b=1.0)) == ()


def test_a_task_that_is_answered_no_better_stays() -> None:
    assert moves(CONFIG, CHILDREN, routed(better=False, b=1.0)) == ()


def test_of_numbers_a_task_goes_where_its_error_is_less() -> None:
    numbers, found = replace(NUMBERS, test_episodes=20, min_tasks=2), routed(b=1.0)
    assert moves(numbers, CHILDREN, found) == ()  # .6 is worse than .5
    found["b"] = replace(found["b"], each={"r0": 0.5, "r1": 0.4})
    assert moves(numbers, CHILDREN, found) == (Moved("b", "r0", "r1"),)


def test_no_child_is_left_with_too_few() -> None:
    assert moves(CONFIG, CHILDREN, routed(a=1.0, b=1.0)) == ()
    assert len(moves(CONFIG, CHILDREN, routed(a=1.0, b=1.0, d=1.0))) == 3
    assert moves(replace(CONFIG, min_tasks=3), CHILDREN, routed(b=1.0)) == ()


@given(st.lists(st.sampled_from("abcdef"), unique=True, max_size=6))
def test_moves_are_taken_back(goers: list[str]) -> None:
    moved = [Moved(t, *(("r0", "r1") if t in GROUPS[0] else ("r1", "r0"))) for t in goers]
    made = regrouped(GROUPS, ("r0", "r1"), moved)
    assert sorted(sum(made, ())) == sorted(sum(GROUPS, ()))
    assert {t for t in "abcdef" if any(t in a and t in b for a, b in zip(made, GROUPS, strict=True))
            } == {*"abcdef"} - {*goers}  # fmt: skip
    assert regrouped(made, ("r0", "r1"), moved, back=True) == GROUPS


@pytest.mark.parametrize("share", ["none", "trunk"])
def test_what_is_replayed_ends_in_the_same_bits(
    solved_config: Config, small: Dataset, engine: Engine, share: str
) -> None:
    config = replace(solved_config, split_every=4, meta_steps=8)
    setting = Setting(config, small, engine)
    init = learner_of(config).fresh_init(config, generator(0))
    parent = Trainee("r", 4, init, tuple(small.select("train")))
    names = [task.name for task in parent.tasks]
    groups = (tuple(names[::2]), tuple(names[1::2]))
    moved = (Moved(groups[0][1], "r0", "r1"),)
    kids = started(small, parent, groups, share)
    stops = {one.name: trial_stop(config, 4) for one in kids}
    now = regrouped(groups, ("r0", "r1"), moved)
    there = with_tasks(small, train_to_stops(setting, kids, stops, lambda event: None), now)
    again = replayed(setting, started(small, parent, now, share), moved, lambda event: None)
    for (one, loss), (other, same) in zip(there, again, strict=True):
        assert (one.name, one.step, one.tasks, loss) == (other.name, other.step, other.tasks, same)
        assert torch.equal(flatten(one.init), flatten(other.init))
    assert [tuple(task.name for task in one.tasks) for one, _ in again] == [*now]
