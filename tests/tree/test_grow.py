from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn.params import flatten
from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.store.records import Evidence, Node
from treemeta.tasks.dataset import Dataset
from treemeta.tree.gate import Gain
from treemeta.tree.grow import children, grow
from treemeta.tree.growth import Grown, Growth
from treemeta.tree.split import Split
from treemeta.tree.stretch import Progress


def grown(config: Config, dataset: Dataset, engine: Engine) -> list[Grown]:
    return list(grow(Growth(Setting(config, dataset, engine), lambda _: None), {}))


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
    (one,) = list(grow(Growth(Setting(config, small, engine), heard.append), {}))
    assert [evidence.step for evidence in one.node.evidence] == [2, 4]
    assert not any(evidence.accepted for evidence in one.node.evidence)
    assert [event.step for event in heard if event.loss is not None] == [1, 2, 3, 4, 5, 6]


def test_every_deal_is_heard_of(small_config: Config, small: Dataset, engine: Engine) -> None:
    config = replace(small_config, max_depth=1, split_every=3)
    heard: list[Progress] = []
    list(grow(Growth(Setting(config, small, engine), heard.append), {}))
    assert [event.deals for event in heard if event.deals] == list(range(1, config.deals + 1))


# Solved heads, and splits that are tried first


@pytest.fixture(scope="module")
def gated(solved_config: Config) -> Config:
    return replace(
        solved_config, gate="gain", min_tasks=1, max_depth=2, meta_steps=6, split_every=2
    )


Plant = Callable[[dict[str, bool]], list[str]]


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Plant:
    """Let tasks differ wherever there are two, and nodes gain from a split by their names."""

    def planted(pays: dict[str, bool]) -> list[str]:
        weighed: list[str] = []

        def weigh(_: Setting, node: Trainee, *__: Any) -> tuple[Split | None, Evidence]:
            weighed.append(node.name)
            names, step = [task.name for task in node.tasks], node.step
            if len(names) < 2:
                return None, Evidence(step, False, "planted: too few")
            middle = (len(names) + 1) // 2
            groups = (tuple(names[:middle]), tuple(names[middle:]))
            return Split(groups, (1.0, 1.0)), Evidence(step, True, "planted", 2)

        def gain(*given: Any) -> Gain:
            value = 0.1 if pays.get(given[1].name, False) else -0.1
            return Gain(value, value, value)

        monkeypatch.setattr("treemeta.tree.weigh.weigh_split", weigh)
        monkeypatch.setattr("treemeta.tree.weigh.gain_of", gain)
        return weighed

    return planted


def check_tree(config: Config, dataset: Dataset, nodes: list[Node]) -> None:
    """Check that leaves partition the tasks and that all paths have one length."""
    by_name = {node.name: node for node in nodes}
    assert len(by_name) == len(nodes)
    leaves = [node for node in nodes if not node.groups]
    tasks = sorted(task for leaf in leaves for task in leaf.tasks)
    assert tasks == [task.name for task in dataset.select("train")]
    for node in nodes:
        assert [by_name[child].tasks for child in node.children] == list(node.groups)
        if node.parent is not None:
            above = by_name[node.parent]
            assert node.start == above.start + above.meta_steps
        end = node.start + node.meta_steps
        assert end == config.meta_steps if not node.groups else end % config.split_every == 0


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
        # What was in vain: two children's steps, or the parent's own.
        assert {one.trial_steps for one in tried if not one.accepted} <= {4}
        assert {one.trial_steps for one in tried if one.accepted} <= {2}
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
    verdicts = iter([Gain(-1, -1, -1), Gain(1, 1, 1)])
    monkeypatch.setattr("treemeta.tree.weigh.gain_of", lambda *_: next(verdicts))
    root, *kids = grown(replace(gated, max_depth=1), small, engine)
    assert [evidence.accepted for evidence in root.node.evidence] == [False, True]
    assert (root.node.meta_steps, [kid.node.start for kid in kids]) == (4, [4, 4])
    check_tree(gated, small, [root.node, *(kid.node for kid in kids)])


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


def test_what_solved_heads_grow_unasked_is_a_tree_too(
    solved_config: Config, small: Dataset, engine: Engine
) -> None:
    config = replace(solved_config, rule="always", min_tasks=1, max_depth=2, meta_steps=6)
    nodes = [one.node for one in grown(config, small, engine)]
    check_tree(config, small, nodes)
    assert len(nodes) > 3
    assert all(set(one.params) >= {"head.log_penalty"} for one in grown(config, small, engine)[:1])
