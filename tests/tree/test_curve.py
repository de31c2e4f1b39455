from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.tree.gated import Overhear
from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn.params import flatten
from treemeta.learn.setting import Setting
from treemeta.store.records import Node
from treemeta.tasks.dataset import Dataset
from treemeta.tree.curve import alive, curve_of
from treemeta.tree.evaluate import accuracies, examine_all
from treemeta.tree.grow import grow
from treemeta.tree.growth import Grown, Growth
from treemeta.tree.held_out import examine_held_out
from treemeta.tree.route import Fork

FORK = Fork(np.zeros(1, np.float32), np.zeros((2, 1), np.float32))


@pytest.fixture(scope="module")
def config(solved_config: Config) -> Config:
    return replace(
        solved_config, rule="always", min_tasks=1, max_depth=2, meta_steps=6, eval_every=2,
        meta_step_size=0.01,
    )  # fmt: skip


@pytest.fixture(scope="module")
def tree(config: Config, small: Dataset, engine: Engine) -> list[Grown]:
    found = grown(config, small, engine)
    assert sum(one.fork is not None for one in found) > 1
    return found


def grown(config: Config, dataset: Dataset, engine: Engine) -> list[Grown]:
    return list(grow(Growth(Setting(config, dataset, engine), lambda _: None), {}))


def test_there_is_a_point_for_every_so_many_steps(
    config: Config, small: Dataset, tree: list[Grown], engine: Engine
) -> None:
    whole = accuracies(examine_held_out(Setting(config, small, engine), tree))
    curve = curve_of(Setting(config, small, engine), tree, whole)
    assert curve[-1].accuracy == whole
    assert [point.step for point in curve] == [2, 4, 6]
    held_out = [task.name for task in small.select("test")]
    assert all(list(point.accuracy) == held_out for point in curve)
    assert len({tuple(point.accuracy.values()) for point in curve}) > 1


@pytest.mark.parametrize("route", ["likelihood", "direction"])
def test_what_is_alive_at_the_end_scores_what_the_whole_tree_does(
    config: Config, small: Dataset, engine: Engine, route: str
) -> None:
    config = replace(config, route=route)  # type: ignore[arg-type]
    whole = grown(config, small, engine)
    tasks, episodes = small.select("test"), config.test_episodes
    last = examine_all(Setting(config, small, engine), alive(whole, 6), tasks, episodes, ("test",))
    assert accuracies(last) == accuracies(examine_held_out(Setting(config, small, engine), whole))


def test_a_point_before_the_first_split_is_what_the_root_alone_scores_then(
    config: Config, small: Dataset, tree: list[Grown], engine: Engine
) -> None:
    # Stopped there, with the step sizes of the whole path, the root has learned the same.
    assert tree[0].node.meta_steps == 2
    alone = [replace(tree[0], fork=None)]
    first = curve_of(Setting(config, small, engine), tree, {})[0]
    assert first.accuracy == accuracies(examine_held_out(Setting(config, small, engine), alone))


def test_nodes_on_the_way_are_told_apart_on_one_scale(
    config: Config, small: Dataset, tree: list[Grown], engine: Engine, overheard: Overhear
) -> None:
    asked = overheard("treemeta.tree.curve")
    curve_of(Setting(config, small, engine), tree, {})
    alone, several = asked
    assert (len(alone.inits), alone.scales) == (1, {})
    assert {*several.scales} == {*several.candidates(config)}


def test_a_curve_costs_the_tree_nothing(
    config: Config, small: Dataset, tree: list[Grown], engine: Engine
) -> None:
    without = grown(replace(config, eval_every=0), small, engine)
    for one, other in zip(tree, without, strict=True):
        assert one.node == other.node
        assert torch.equal(flatten(one.params), flatten(other.params))
        assert other.snapshots == ()


def test_snapshots_are_inits_on_the_way(tree: list[Grown]) -> None:
    for one in tree:
        end = one.node.start + one.node.meta_steps
        assert [step for step, _ in one.snapshots] == list(range(one.node.start + 2, end + 1, 2))
        assert torch.equal(flatten(dict(one.snapshots)[end]), flatten(one.params))


def test_nothing_asked_or_nothing_held_out_is_no_curve(
    config: Config, small: Dataset, tree: list[Grown], engine: Engine
) -> None:
    assert curve_of(Setting(replace(config, eval_every=0), small, engine), tree, {}) == ()
    trained_on = replace(small, roles=dict.fromkeys(small.roles, "train"))
    assert curve_of(Setting(config, trained_on, engine), tree, {}) == ()
    assert curve_of(Setting(replace(config, arm="scratch"), small, engine), tree, {}) == ()
    (only,) = curve_of(Setting(replace(config, eval_every=4), small, engine), tree, {})
    assert only.step == 4


def made(name: str, start: int, steps: int, split: bool = False) -> Grown:
    """Return a node whose init at a step is that number, and at its end -1 where it is stored."""
    groups = (("a",), ("b",)) if split else ()
    node = Node(name, (), start, steps, None, None, None, None, groups)
    kept = tuple((step, {"w": torch.tensor(step)}) for step in range(start + 1, start + steps + 1))
    return Grown(node, {"w": torch.tensor(-1)}, FORK if split else None, kept)


TREE = [made("r", 0, 2, True), made("r0", 2, 4), made("r1", 2, 2, True),
        made("r10", 4, 2), made("r11", 4, 2)]  # fmt: skip


@pytest.mark.parametrize(
    ("step", "inits", "forks"),
    [
        (1, {"r": 1}, set()),
        (2, {"r": 2}, set()),
        (3, {"r": -1, "r0": 3, "r1": 3}, {"r"}),
        (4, {"r": -1, "r0": 4, "r1": 4}, {"r"}),
        (5, {"r": -1, "r0": 5, "r1": -1, "r10": 5, "r11": 5}, {"r", "r1"}),
        (6, {"r": -1, "r0": 6, "r1": -1, "r10": 6, "r11": 6}, {"r", "r1"}),
    ],
)
def test_alive_are_the_nodes_in_training_and_the_forks_above_them(
    step: int, inits: dict[str, int], forks: set[str]
) -> None:
    found = alive(TREE, step)
    assert {name: int(params["w"]) for name, params in found.inits.items()} == inits
    assert found.forks.keys() == forks
