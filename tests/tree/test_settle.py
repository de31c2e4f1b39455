from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.tree.gated import Plant, check_tree
from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn import numbers
from treemeta.learn.learner import learner_of
from treemeta.learn.network import features
from treemeta.learn.params import Params, flatten
from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.randomness import generator
from treemeta.tasks.cache import Pack, reopen, write_pack
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.episode import draw_episode
from treemeta.tasks.functions import POINTS
from treemeta.tasks.load import load_episode
from treemeta.tasks.sources import open_dataset
from treemeta.tree.grow import grow
from treemeta.tree.growth import Growth
from treemeta.tree.reassign import changes, groups_of, is_replayed, replayed, with_tasks
from treemeta.tree.settle import (
    EPISODES,
    ROUND,
    Look,
    Trained,
    log_likelihoods,
    resettled,
    settled,
    settles,
)
from treemeta.tree.trial import started, train_settling, trial_stop

CONFIG = Config(
    dataset="functions", features=2, shots=4, queries=3, filters=6, meta_batch_size=4, min_tasks=2,
    meta_steps=160, split_every=40, meta_step_size=0.01,
)  # fmt: skip
INIT = learner_of(CONFIG).fresh_init(CONFIG, generator(0))


@pytest.fixture
def signs(tmp_path: Path) -> Dataset:
    """Eight tasks that tell 1 or -1 with a little noise, by turns."""
    rng, pack = np.random.default_rng(0), Pack([], {}, {})
    for number in range(8):
        task = f"t{number}"
        pack.classes.append((task, POINTS, rng.normal(size=(20, 2)).astype(np.float32)))
        told = (-1) ** number + 0.1 * rng.normal(size=20)
        pack.targets[task, POINTS] = told.astype(np.float32)
        pack.roles[task] = "train"
    return reopen(write_pack(tmp_path / "signs", "signs", pack))


def expecting(value: float) -> Params:
    """Return an init that expects a number whatever it sees."""
    mean = torch.zeros(7)
    mean[-1] = value
    return INIT | {"head.mean": mean, "dense3.weight": torch.zeros(6, 6)}


def children_of(dataset: Dataset, *groups: tuple[int, ...]) -> list[Trainee]:
    return [
        Trainee(name, 50, expecting(value), tuple(dataset.tasks[f"t{i}"] for i in group))
        for name, value, group in zip(("r0", "r1"), (1.0, -1.0), groups, strict=True)
    ]


def test_tasks_go_where_they_are_likeliest(signs: Dataset, engine: Engine) -> None:
    wrong = children_of(signs, (0, 1, 3, 4), (2, 5, 6, 7))
    found = resettled(Setting(CONFIG, signs, engine), wrong, "r")
    assert [[task.name for task in one.tasks] for one in found] == [
        ["t0", "t2", "t4", "t6"], ["t1", "t3", "t5", "t7"]
    ]  # fmt: skip
    assert all(
        torch.equal(flatten(a.init), flatten(b.init)) for a, b in zip(found, wrong, strict=True)
    )


def test_others_go_along_as_they_are(signs: Dataset, engine: Engine) -> None:
    parent = Trainee("r", 50, expecting(0.0), tuple(signs.select("train")))
    kids = children_of(signs, (0, 1, 3, 4), (2, 5, 6, 7))
    found = resettled(Setting(CONFIG, signs, engine), [parent, *kids], "r")
    assert found[0].tasks == parent.tasks
    assert found[1].tasks != kids[0].tasks


def test_no_child_is_left_with_too_few(signs: Dataset, engine: Engine) -> None:
    kids = children_of(signs, (0, 2, 4), (6, 1))
    alone = [kids[0], replace(kids[1], init=expecting(9.0))]  # likely to nobody
    assert resettled(Setting(CONFIG, signs, engine), alone, "r") == alone


def test_a_look_tells_the_density_of_whole_episodes(signs: Dataset) -> None:
    tasks = tuple(signs.select("train"))
    found = log_likelihoods(Look(CONFIG, signs, INIT, tasks, ("settle", "r", 3)))
    for task, likelihood in zip(tasks, found, strict=True):
        total = 0.0
        for number in range(EPISODES):
            rng = generator(CONFIG.seed, "settle", "r", 3, task.name, number)
            loaded = load_episode(signs, draw_episode(signs, task, 1, 7, 0, rng))
            hidden = features(INIT, loaded.support, "none")
            head = numbers.condition(INIT, hidden, loaded.support_labels)
            total += float(numbers.log_likelihood(head))
        assert likelihood == pytest.approx(total, rel=1e-5)


@pytest.mark.parametrize(
    ("stop", "stops"), [(50 + ROUND, [50 + ROUND]), (107, [75, 100, 107]), (51, [51])]
)
def test_tasks_are_looked_at_between_rounds_but_not_at_the_end(
    signs: Dataset, engine: Engine, stop: int, stops: list[int]
) -> None:
    seen: list[int] = []

    def train(nodes: list[Trainee], at: int) -> list[Trained]:
        seen.append(at)
        return [(replace(one, step=at), 0.5) for one in nodes]

    kids = children_of(signs, (0, 1, 3, 4), (2, 5, 6, 7))
    found = settled(Setting(CONFIG, signs, engine), kids, stop, "r", train)
    assert seen == stops
    assert [(one.step, loss) for one, loss in found] == [(stop, 0.5)] * 2
    moved = [one.tasks for one, _ in found] != [one.tasks for one in kids]
    assert moved == (len(stops) > 1)


def test_a_trial_that_settles_is_replayed_to_the_same_bits(engine: Engine) -> None:
    functions = open_dataset("functions:functions=3,held_out=0,points=30")
    setting = Setting(replace(CONFIG, split_every=120), functions, engine)
    tasks = [task.name for task in functions.select("train")]
    groups = tuple(tasks[::2]), tuple(tasks[1::2])
    parent = Trainee("r", 40, INIT, tuple(functions.select("train")))
    kids = started(functions, parent, groups)
    until = "r", trial_stop(setting.config, 40)
    there = train_settling(setting, kids, until, lambda event: None)
    now = groups_of(there)
    moved = changes(("r0", "r1"), groups, now)
    assert moved
    again = replayed(setting, started(functions, parent, now), moved, lambda event: None)
    for (one, loss), (other, same) in zip(with_tasks(functions, there, now), again, strict=True):
        assert (one.name, one.step, one.tasks, loss) == (other.name, other.step, other.tasks, same)
        assert torch.equal(flatten(one.init), flatten(other.init))


def test_only_likelihoods_of_numbers_settle() -> None:
    assert settles(CONFIG)
    assert not settles(Config())
    assert not settles(replace(CONFIG, route="direction", mix="hard"))
    assert not is_replayed(CONFIG, ())


def test_numbers_whose_trial_was_in_vain_stay_together(engine: Engine, plant: Plant) -> None:
    plant({})
    functions = open_dataset("functions:functions=1,held_out=0,points=30")
    config = replace(CONFIG, meta_steps=8, split_every=4, probe_episodes=4)
    setting = Setting(config, functions, engine)
    nodes = [one.node for one in grow(Growth(setting, lambda event: None), {})]
    check_tree(config, functions, nodes)
    (root,) = nodes
    assert [(one.accepted, one.gain) for one in root.evidence] == [(False, -0.1)]
