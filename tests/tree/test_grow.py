from dataclasses import replace

import pytest
import torch

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn.params import flatten
from treemeta.tasks.dataset import Dataset
from treemeta.tree.grow import Grown, Setting, children, grow
from treemeta.tree.stretch import Progress


def grown(config: Config, dataset: Dataset, engine: Engine) -> list[Grown]:
    return list(grow(Setting(config, dataset, engine, lambda _: None), {}))


@pytest.fixture(scope="module")
def always(small_config: Config) -> Config:
    return replace(small_config, rule="always", max_depth=2, min_tasks=1, meta_steps=6)


def test_at_every_moment_the_leaves_partition_the_tasks(
    always: Config, small: Dataset, engine: Engine
) -> None:
    leaves: dict[str, tuple[str, ...]] = {}
    for one in grow(Setting(always, small, engine, lambda _: None), {}):
        node = one.node
        leaves.pop(node.name, None)
        assert sorted(t for group in node.groups for t in group) in ([], list(node.tasks))
        leaves |= dict(zip(node.children, node.groups, strict=True)) or {node.name: node.tasks}
        everything = sorted(task for tasks in leaves.values() for task in tasks)
        assert everything == [task.name for task in small.select("train")]
    assert len(leaves) > 2


def test_every_path_takes_the_same_number_of_steps(
    always: Config, small: Dataset, engine: Engine
) -> None:
    nodes = [one.node for one in grown(always, small, engine)]
    for node in nodes:
        if not node.groups:
            assert node.start + node.meta_steps == always.meta_steps
        else:
            assert (node.start + node.meta_steps) % always.split_every == 0
        assert node.depth <= always.max_depth


def test_a_child_starts_from_what_its_parent_has_learned(
    always: Config, small: Dataset, engine: Engine
) -> None:
    root = grown(always, small, engine)[0]
    for child in children(small, root):
        assert torch.equal(flatten(child.trainee.init), flatten(root.params))
        assert child.start == root.node.meta_steps


def test_the_same_config_gives_the_same_bits_with_any_number_of_workers(
    always: Config, small: Dataset, engine: Engine
) -> None:
    with Engine(2) as two:
        for one, other in zip(grown(always, small, engine), grown(always, small, two), strict=True):
            assert one.node == other.node
            assert torch.equal(flatten(one.params), flatten(other.params))


def test_another_seed_gives_other_bits(always: Config, small: Dataset, engine: Engine) -> None:
    short = replace(always, meta_steps=1)
    one, other = (grown(replace(short, seed=s), small, engine)[0] for s in (0, 1))
    assert not torch.equal(flatten(one.params), flatten(other.params))


@pytest.mark.parametrize(("arm", "steps"), [("joint", 6), ("scratch", 0)])
def test_the_other_arms_are_one_node(
    always: Config, small: Dataset, engine: Engine, arm: str, steps: int
) -> None:
    (one,) = grown(replace(always, arm=arm), small, engine)  # type: ignore[arg-type]
    assert (one.node.name, one.node.meta_steps, one.node.groups) == ("r", steps, ())


def test_a_refused_node_trains_on_and_is_asked_again(
    small_config: Config, small: Dataset, engine: Engine
) -> None:
    config = replace(small_config, min_tasks=4, meta_steps=6)  # six tasks make no two of four
    heard: list[Progress] = []
    (one,) = list(grow(Setting(config, small, engine, heard.append), {}))
    assert [evidence.step for evidence in one.node.evidence] == [2, 4]
    assert not any(evidence.accepted for evidence in one.node.evidence)
    assert [event.step for event in heard if event.loss is not None] == [1, 2, 3, 4, 5, 6]


def test_every_deal_is_heard_of(small_config: Config, small: Dataset, engine: Engine) -> None:
    config = replace(small_config, max_depth=1, split_every=3)
    heard: list[Progress] = []
    list(grow(Setting(config, small, engine, heard.append), {}))
    assert [event.deals for event in heard if event.deals] == list(range(1, config.deals + 1))
