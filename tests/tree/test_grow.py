from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.tree.gated import Plant, check_tree, grown
from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn.params import flatten
from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.store.evidence import Moved
from treemeta.tasks.dataset import Dataset
from treemeta.tree.cosines import reliability
from treemeta.tree.evaluate import accuracies, examine_all
from treemeta.tree.grow import children, grow
from treemeta.tree.growth import Growth
from treemeta.tree.memory import Memory
from treemeta.tree.route import Router
from treemeta.tree.stretch import Progress
from treemeta.tree.weigh import probe_node


@pytest.fixture(scope="module")
def always(small_config: Config) -> Config:
    return replace(small_config, rule="always", max_depth=2, min_tasks=1, meta_steps=6)


def test_at_every_moment_the_leaves_partition_the_tasks(
    always: Config, small: Dataset, engine: Engine
) -> None:
    leaves: dict[str, tuple[str, ...]] = {}
    for one in grow(Growth(Setting(always, small, engine), lambda _: None), {}):
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
    growth = Growth(Setting(always, small, engine), lambda _: None)
    for child in children(growth, root):
        assert torch.equal(flatten(child.trainee.init), flatten(root.params))
        assert child.start == root.node.meta_steps


def test_a_node_says_how_its_own_tasks_fare_and_how_alike_two_probes_are(
    always: Config, small: Dataset, engine: Engine
) -> None:
    setting = Setting(always, small, engine)
    for one in grown(always, small, engine):
        tasks, alone = [small.tasks[name] for name in one.node.tasks], Router({"r": one.params}, {})
        found = accuracies(examine_all(setting, alone, tasks, always.node_episodes, ("node",)))
        assert one.node.accuracy == pytest.approx(np.mean([*found.values()]))
        observed = probe_node(setting, Trainee(one.node.name, 0, one.params, tuple(tasks)))
        assert one.node.reliability == reliability(observed)


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
    (one,) = list(grow(Growth(Setting(config, small, engine), heard.append), {}))
    assert [evidence.step for evidence in one.node.evidence] == [2, 4]
    assert not any(evidence.accepted for evidence in one.node.evidence)
    assert [event.step for event in heard if event.loss is not None] == [1, 2, 3, 4, 5, 6]


# Solved heads, and splits that are tried first


PAYS: list[dict[str, bool]] = [{}, {"r": True}, {"r": True, "r0": True}, {"r": True, "r1": True}]


@pytest.mark.parametrize("pays", PAYS, ids=lambda pays: "+".join(pays) or "none")
def test_a_tree_whose_splits_are_tried_is_a_tree(
    gated: Config, small: Dataset, engine: Engine, plant: Plant, pays: dict[str, bool]
) -> None:
    plant(pays)
    heard: list[Progress] = []
    nodes = [one.node for one in grow(Growth(Setting(gated, small, engine), heard.append), {})]
    check_tree(gated, small, nodes)
    assert {node.name for node in nodes if node.groups} == set(pays)
    for node in nodes:
        losses = [(event.step, event.loss) for event in heard if event.node == node.name
                  and event.loss is not None]  # fmt: skip
        end = node.start + node.meta_steps
        assert [step for step, _ in losses] == list(range(node.start + 1, end + 1))
        assert losses[-1][1] == node.loss
        tried = [one for one in node.evidence if one.gain is not None]
        assert [one.accepted for one in tried] == [False] * (len(tried) - bool(node.groups)) + [
            True
        ] * bool(node.groups)
        # What was in vain: two children's steps, or the parent's own, half of the way to a stop.
        assert {one.trial_steps for one in tried if not one.accepted} <= {2}
        assert {one.trial_steps for one in tried if one.accepted} <= {1}
    assert {event.node for event in heard if event.loss is not None} == {n.name for n in nodes}


def test_two_workers_give_the_same_tree_whose_splits_were_tried(
    gated: Config, small: Dataset, engine: Engine, plant: Plant
) -> None:
    plant({"r": True})
    with Engine(2) as two:
        pairs = zip(grown(gated, small, engine), grown(gated, small, two), strict=True)
        for one, other in pairs:
            assert one.node == other.node
            assert torch.equal(flatten(one.params), flatten(other.params))


@pytest.mark.parametrize("pays", PAYS[1:], ids="+".join)
def test_children_of_a_trial_are_those_grown_without_it(
    gated: Config, small: Dataset, engine: Engine, plant: Plant, pays: dict[str, bool]
) -> None:
    plant(pays)
    whole = grown(gated, small, engine)
    assert whole[0].begun
    # A stored root knows nothing of what its trial had begun.
    stored = {"r": replace(whole[0], begun=())}
    again = list(grow(Growth(Setting(gated, small, engine), lambda _: None), stored))
    for one, other in zip(whole, again, strict=True):
        assert one.node == other.node
        assert torch.equal(flatten(one.params), flatten(other.params))


def test_what_solved_heads_grow_unasked_is_a_tree_too(
    solved_config: Config, small: Dataset, engine: Engine
) -> None:
    config = replace(solved_config, rule="always", min_tasks=1, max_depth=2, meta_steps=6)
    nodes = [one.node for one in grown(config, small, engine)]
    check_tree(config, small, nodes)
    assert len(nodes) > 3
    assert all(set(one.params) >= {"head.log_penalty"} for one in grown(config, small, engine)[:1])


def test_a_task_that_moved_after_its_trial_is_grown_again_to_the_same_bits(
    gated: Config, small: Dataset, engine: Engine, plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant({"r": True})
    first, *_ = (task.name for task in small.select("train"))
    moved = (Moved(first, "r0", "r1"),)
    monkeypatch.setattr("treemeta.tree.reassign.moves", lambda *_: moved)
    config = replace(gated, max_depth=1, min_tasks=1)
    whole = grown(config, small, engine)
    root = whole[0].node
    assert root.evidence[-1].moved == moved
    assert first in root.groups[1]
    assert root.supports == (0, 0)  # no resampled cut has made these groups
    check_tree(config, small, [one.node for one in whole])
    stored = {"r": replace(whole[0], begun=())}
    again = list(grow(Growth(Setting(config, small, engine), lambda _: None), stored))
    heard: list[Progress] = []
    stored |= {one.node.name: one for one in whole[1:]}
    assert list(grow(Growth(Setting(config, small, engine), heard.append), stored)) == [
        *stored.values()
    ]
    assert not heard  # where all is stored, nothing is trained again
    monkeypatch.setattr("treemeta.tree.reassign.moves", lambda *_: ())
    stayed = grown(config, small, engine)
    for one, other, third in zip(whole[1:], again[1:], stayed[1:], strict=True):
        assert one.node == other.node
        assert torch.equal(flatten(one.params), flatten(other.params))
        assert not torch.equal(flatten(one.params), flatten(third.params))


class KilledError(Exception):
    """What ends a training."""


def test_what_is_held_is_not_tried_again_and_each_of_its_steps_is_heard_once(
    gated: Config, small: Dataset, engine: Engine, plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant({"r": True})
    first, *_ = (task.name for task in small.select("train"))
    monkeypatch.setattr("treemeta.tree.reassign.moves", lambda *_: (Moved(first, "r0", "r1"),))
    config = replace(gated, max_depth=2, min_tasks=1, meta_steps=4 * gated.split_every)
    setting, memory, heard = Setting(config, small, engine), Memory(), list[Progress]()
    late = 3 * gated.split_every + 1

    def killed(progress: Progress) -> None:
        if progress.node == "r0" and progress.step == late and progress.loss is not None:
            raise KilledError

    with pytest.raises(KilledError):
        list(grow(Growth(setting, killed, memory=memory), {}))
    assert set(memory.held) == {"r0", "r1"}
    whole = grown(config, small, engine)
    root = {"r": replace(whole[0], begun=())}
    again = list(grow(Growth(setting, heard.append, memory=memory), root))
    steps = [one.step for one in heard if one.node == "r0" and one.loss is not None]
    assert steps == list(range(gated.split_every + 1, config.meta_steps + 1))
    for one, other in zip(whole, again, strict=True):
        assert torch.equal(flatten(one.params), flatten(other.params))
