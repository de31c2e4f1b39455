import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import requests
import torch
from mlflow.exceptions import MlflowException

from tests.conftest import SMALL, SMALL_SOLVED, Run, flags
from tests.tree.gated import examined
from tests.trees import artifact
from treemeta.config import Config
from treemeta.declared import make_config
from treemeta.engine.local import Engine
from treemeta.errors import IntegrityError, RegistryError, UnreachableError
from treemeta.learn.params import flatten, from_arrays, ordered
from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.learn.trunk import trunk
from treemeta.store.evidence import Evidence
from treemeta.store.find import find_tree
from treemeta.store.read import read_arrays, read_tree
from treemeta.store.records import Tree
from treemeta.store.registry import Registry, open_registry
from treemeta.store.tensors import load_arrays
from treemeta.tasks.dataset import Dataset
from treemeta.tree.grow import grow
from treemeta.tree.growth import Growth
from treemeta.tree.job import begin, resume
from treemeta.tree.plan import Plan
from treemeta.tree.split import Split
from treemeta.tree.stretch import Progress
from treemeta.tree.train import train

CONFIG = make_config(SMALL | {"rule": "always", "min_tasks": 1, "meta_steps": 6})


def grown(registry: Registry, dataset: Dataset, engine: Engine, config: Config = CONFIG) -> Tree:
    job = begin(Plan("", config), dataset, registry.uri, "treemeta")
    return train(job, lambda _: {}, lambda _: None, engine)


def test_what_is_stored_is_what_was_grown(
    registry: Registry, small: Dataset, engine: Engine
) -> None:
    tree = grown(registry, small, engine)
    assert tree.status == "finished"
    assert len(tree.nodes) > 2
    again = read_tree(open_registry(registry.uri), tree.id)
    assert again == tree
    assert again.hash() == tree.hash()


def test_a_summary_counts_the_tree_and_averages_what_its_held_out_tasks_reach(
    registry: Registry, small: Dataset, engine: Engine
) -> None:
    tree = grown(registry, small, engine)
    assert tree.summary["nodes"] == len(tree.nodes)
    assert tree.summary["leaves"] == len(tree.leaves())
    assert tree.summary["depth"] == max(len(leaf.name) for leaf in tree.leaves()) - 1
    assert len({*tree.test_accuracy.values()}) > 1
    assert tree.summary["test/accuracy"] == pytest.approx(np.mean([*tree.test_accuracy.values()]))


def test_a_node_s_losses_are_those_of_its_own_steps(
    registry: Registry, small: Dataset, engine: Engine
) -> None:
    for node in grown(registry, small, engine).nodes:
        history = registry.client.get_metric_history(node.run_id, "meta_train/loss")
        steps = [point.step for point in history]
        assert steps == list(range(node.start + 1, node.start + node.meta_steps + 1))
        assert history[-1].value == node.loss


def test_the_same_command_gives_the_same_hash_under_another_id(
    registry: Registry, small: Dataset, engine: Engine
) -> None:
    one, other = (grown(registry, small, engine) for _ in range(2))
    assert one.id != other.id
    assert one.hash() == other.hash()
    changed = grown(registry, small, engine, make_config(SMALL | {"seed": 1, "meta_steps": 1}))
    assert changed.hash() != one.hash()


def test_an_interrupted_tree_goes_on_to_the_same_bits(
    registry: Registry, small: Dataset, engine: Engine
) -> None:
    whole = grown(registry, small, engine)
    job = begin(Plan("", CONFIG), small, registry.uri, "treemeta")

    def stop_in_a_child(event: Progress) -> None:
        if event.node == "r0":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(job, lambda _: {}, stop_in_a_child, engine)
    half = read_tree(registry, job.tree)
    assert half.status == "unfinished"
    assert [node.name for node in half.nodes] == ["r"]
    assert registry.client.get_run(job.tree).info.status == "KILLED"

    again = resume(registry.uri, job.tree, allow_env_change=False)
    assert (again.config, again.tree, again.experiment) == (CONFIG, job.tree, job.experiment)
    heard: list[Progress] = []
    resumed = train(again, lambda _: {}, heard.append, engine)
    assert resumed.hash() == whole.hash()
    assert resumed.test_accuracy == whole.test_accuracy
    (taken_up,) = [event for event in heard if event.node == "r"]
    assert taken_up.found == resumed.nodes[0]
    assert read_tree(registry, job.tree) == resumed


def test_a_finished_tree_is_left_as_it_is(
    registry: Registry, small: Dataset, engine: Engine
) -> None:
    tree = grown(registry, small, engine, make_config(SMALL | {"meta_steps": 1}))
    again = resume(registry.uri, tree.id, allow_env_change=False)
    heard: list[Progress] = []
    assert train(again, lambda _: {}, heard.append, engine) == tree
    assert not heard
    assert registry.client.get_run(tree.id).info.status == "FINISHED"


def test_a_tree_that_is_being_trained_is_nobody_else_s(
    registry: Registry, small: Dataset, engine: Engine
) -> None:
    job, refusals = begin(Plan("", CONFIG), small, registry.uri, "treemeta"), []

    def resume_it(event: Progress) -> None:
        if event.finished:
            again = resume(registry.uri, job.tree, allow_env_change=False)
            with pytest.raises(RegistryError, match="is being trained by another process") as said:
                train(again, lambda _: {}, lambda _: None, engine)
            refusals.append(said)

    tree = train(job, lambda _: {}, resume_it, engine)
    assert len(refusals) == len(tree.nodes)
    assert registry.client.get_run(tree.id).info.status == "FINISHED"
    assert read_tree(registry, tree.id) == tree


def test_who_has_lost_a_tree_stores_nothing_and_leaves_its_state_alone(
    registry: Registry, small: Dataset, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost() -> None:
        raise RegistryError("taken over")

    @contextmanager
    def lost_at_once(*args: object) -> Iterator[Callable[[], None]]:
        yield lost

    monkeypatch.setattr("treemeta.tree.sink.owned", lost_at_once)
    job = begin(Plan("", CONFIG), small, registry.uri, "treemeta")
    with pytest.raises(RegistryError, match="taken over"):
        train(job, lambda _: {}, lambda _: None, engine)
    assert registry.client.get_run(job.tree).info.status == "RUNNING"
    assert read_tree(registry, job.tree).nodes == ()


def test_the_first_error_is_the_one_that_is_told(
    registry: Registry, small: Dataset, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*args: object) -> None:
        raise RegistryError("unreachable")

    monkeypatch.setattr("treemeta.tree.sink.write_node", unreachable)
    monkeypatch.setattr("treemeta.tree.train.end_tree", lambda *_: unreachable())
    job = begin(Plan("", CONFIG), small, registry.uri, "treemeta")
    with pytest.raises(RegistryError) as caught:
        train(job, lambda _: {}, lambda _: None, engine)
    assert caught.value.__context__ is None


def away_in(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, call: str, times: int
) -> list[str]:
    """Let a registry not answer so many calls of a kind; which it did not, as they happen."""
    real, lost = getattr(registry.client._client, call), list[str]()

    def gone(*arguments: object, **options: object) -> object:
        if len(lost) < times:
            lost.append(call)
            raise MlflowException("gone") from requests.exceptions.ConnectionError()
        return real(*arguments, **options)

    monkeypatch.setattr(type(registry.client._client), call, lambda _, *a, **o: gone(*a, **o))
    return lost


@pytest.mark.parametrize("call", ["create_run", "log_batch", "set_tag", "set_terminated"])
def test_an_outage_is_waited_out_to_the_same_tree(
    registry: Registry, small: Dataset, engine: Engine, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    whole = grown(registry, small, engine)
    monkeypatch.setattr("treemeta.tree.outage.PAUSE", 0.01)
    job, heard = begin(Plan("", CONFIG), small, registry.uri, "treemeta"), list[Progress]()
    lost = away_in(registry, monkeypatch, call, 3)
    tree = train(job, lambda _: {}, heard.append, engine)
    assert len(lost) == 3
    assert sum(event.away is not None for event in heard) == 3
    # A node of which only the end was lost is stored twice: the first copy counts.
    assert read_tree(registry, tree.id).hash() == tree.hash() == whole.hash()


def test_of_a_longer_outage_a_tree_is_left_that_can_be_resumed(
    registry: Registry, small: Dataset, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = grown(registry, small, engine)
    job = replace(begin(Plan("", CONFIG), small, registry.uri, "treemeta"), outage=0.0)
    with monkeypatch.context() as patch:
        away_in(registry, patch, "create_run", 1)
        with pytest.raises(UnreachableError, match="does not answer: gone"):
            train(job, lambda _: {}, lambda _: None, engine)
    again = resume(registry.uri, job.tree, allow_env_change=False)
    assert train(again, lambda _: {}, lambda _: None, engine).hash() == whole.hash()


def test_stored_parameters_are_the_trained_ones(
    registry: Registry, small: Dataset, engine: Engine
) -> None:
    tree = grown(registry, small, engine)
    for one, node in zip(
        grow(Growth(Setting(CONFIG, small, engine), lambda _: None), {}), tree.nodes, strict=True
    ):
        params, fork = read_arrays(registry, node)
        assert torch.equal(flatten(from_arrays(params)), flatten(ordered(one.params)))
        assert (fork is None) == (one.fork is None)


# Solved heads

SOLVED = make_config(
    SMALL_SOLVED
    | {"rule": "always", "min_tasks": 1, "max_depth": 2, "meta_steps": 6, "eval_every": 1}
)


def test_an_interrupted_tree_of_solved_heads_goes_on_to_the_same_bits_routes_and_curve(
    registry: Registry, small: Dataset, engine: Engine
) -> None:
    whole = grown(registry, small, engine, SOLVED)
    assert [point.step for point in whole.curve] == [1, 2, 3, 4, 5, 6]
    assert whole.curve[-1].accuracy == whole.test_accuracy
    assert {name for one in whole.routes.values() for name in one.shares} == {
        leaf.name for leaf in whole.leaves()
    }
    assert read_tree(open_registry(registry.uri), whole.id) == whole

    job = begin(Plan("", SOLVED), small, registry.uri, "treemeta")

    def stop_at_depth_2(event: Progress) -> None:
        if len(event.node) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(job, lambda _: {}, stop_at_depth_2, engine)
    assert 1 < len(read_tree(registry, job.tree).nodes) < len(whole.nodes)
    again = resume(registry.uri, job.tree, allow_env_change=False)
    resumed = train(again, lambda _: {}, lambda _: None, engine)
    assert resumed.hash() == whole.hash()
    assert (resumed.routes, resumed.curve) == (whole.routes, whole.curve)
    assert read_tree(registry, job.tree) == resumed


def test_interrupted_after_a_trial_it_goes_on_to_the_same_bits(
    registry: Registry, small: Dataset, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = make_config(asdict(SOLVED) | {"rule": "evidence", "gate": "gain", "max_depth": 1})
    names = [task.name for task in small.select("train")]
    split = Split((tuple(names[:3]), tuple(names[3:])), (1.0, 1.0))

    def planted(_: Setting, node: Trainee, *__: object) -> tuple[Split, Evidence]:
        return split, Evidence(node.step, True, "planted", 2)

    monkeypatch.setattr("treemeta.tree.weigh.weigh_split", planted)
    gains = {2: -1.0, 4: 1.0}
    monkeypatch.setattr(
        "treemeta.tree.weigh.examine_trial", lambda *given: examined(gains[given[1].step], *given)
    )

    whole = grown(registry, small, engine, config)
    assert [node.meta_steps for node in whole.nodes] == [4, 2, 2]
    assert whole.summary["trial_steps_total"] == 2 + 1  # two children in vain, then the node
    assert whole.summary["meta_steps_total"] == 8
    histories = [
        [point.step for point in registry.client.get_metric_history(one.run_id, "meta_train/loss")]
        for one in whole.nodes
    ]
    assert histories == [[1, 2, 3, 4], [5, 6], [5, 6]]

    job = begin(Plan("", config), small, registry.uri, "treemeta")

    def stop_when_stored(event: Progress) -> None:
        if event.finished is not None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(job, lambda _: {}, stop_when_stored, engine)
    assert [node.name for node in read_tree(registry, job.tree).nodes] == ["r"]
    again = resume(registry.uri, job.tree, allow_env_change=False)
    resumed = train(again, lambda _: {}, lambda _: None, engine)
    assert resumed.hash() == whole.hash()
    assert (resumed.routes, resumed.curve) == (whole.routes, whole.curve)
    assert resumed.summary == whole.summary


# What trees stored before mean


def test_killed_at_once_and_resumed_it_ends_in_the_same_hash(
    workplace: Path, treemeta: Run
) -> None:
    import json

    settings = flags(**SMALL | {"rule": "always", "meta_steps": 120, "split_every": 60})
    command = [sys.executable, "-m", "treemeta", "train", "--workers=1", *settings]
    running = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert running.stderr is not None
    for line in running.stderr:
        if "stored" in line:
            break
    running.kill()
    running.wait()
    registry = open_registry("sqlite:///registry/mlflow.db")
    assert read_tree(registry, find_tree(registry, "latest")).status == "unfinished"
    resumed = treemeta("train", "--resume=latest", "--json", "--workers=1")
    assert resumed.returncode == 0, resumed.stderr
    straight = treemeta("train", "--workers=2", "--json", *settings)
    assert straight.returncode == 0, straight.stderr
    one, other = json.loads(resumed.stdout), json.loads(straight.stdout)
    assert one["hash"] == other["hash"]
    assert [n["name"] for n in one["nodes"]] == [n["name"] for n in other["nodes"]]
    assert one["tree"] != other["tree"]


# A trunk in common


def shared(learner: str) -> Config:
    small = SMALL_SOLVED if learner == "solved" else SMALL
    return make_config(small | {"rule": "always", "share": "trunk", "meta_steps": 6})


@pytest.mark.parametrize("learner", ["solved", "reptile"])
def test_the_convolutions_that_children_share_are_stored_once(
    registry: Registry, small: Dataset, engine: Engine, learner: str
) -> None:
    tree = grown(registry, small, engine, shared(learner))
    root, holder, *others = tree.nodes
    assert (root.share, root.trunk, holder.trunk) == ("trunk", "", "r0")
    assert others
    assert all((one.share, one.trunk, one.groups) == ("none", "r0", ()) for one in others)
    trained = grow(Growth(Setting(shared(learner), small, engine), lambda _: None), {})
    for one, node in zip(trained, read_tree(registry, tree.id).nodes, strict=True):
        params, _ = read_arrays(registry, node)
        assert torch.equal(flatten(from_arrays(params)), flatten(ordered(one.params)))
        held = load_arrays(artifact(node.run_id, "params.safetensors"))
        theirs = {} if node.trunk in ("", node.name) else trunk(one.params)
        assert {*held} == {*params} - {*theirs}


@pytest.mark.parametrize("learner", ["solved", "reptile"])
@pytest.mark.parametrize("last", ["r", "r0"])
def test_interrupted_amid_a_trunk_it_goes_on_to_the_same_bits(
    registry: Registry, small: Dataset, engine: Engine, learner: str, last: str
) -> None:
    whole = grown(registry, small, engine, shared(learner))
    job = begin(Plan("", shared(learner)), small, registry.uri, "treemeta")

    def stop_after(event: Progress) -> None:
        if event.finished is not None and event.node == last:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(job, lambda _: {}, stop_after, engine)
    assert read_tree(registry, job.tree).nodes[-1].name == last
    again = resume(registry.uri, job.tree, allow_env_change=False)
    finished: list[str] = []

    def hear(event: Progress) -> None:
        finished.extend([event.node] if event.finished else [])

    resumed = train(again, lambda _: {}, hear, engine)
    assert resumed.hash() == whole.hash()
    assert resumed.test_accuracy == whole.test_accuracy
    stored = [node.name for node in whole.nodes]
    assert finished == stored[stored.index(last) + 1 :]


def test_without_the_node_that_holds_it_a_trunk_is_missed_by_name(
    registry: Registry, small: Dataset, engine: Engine
) -> None:
    tree = grown(registry, small, engine, shared("solved"))
    registry.client.delete_run(tree.nodes[1].run_id)
    with pytest.raises(IntegrityError, match="shares the convolutions of 'r0', which has no run"):
        read_arrays(registry, tree.nodes[2])
