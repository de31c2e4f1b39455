from dataclasses import replace
from pathlib import Path

import pytest
import requests
from mlflow.exceptions import MlflowException

from tests.conftest import SMALL
from treemeta.declared import make_config
from treemeta.engine.local import Engine
from treemeta.errors import RegistryError, UnreachableError
from treemeta.store import lease
from treemeta.store.read import read_tree
from treemeta.store.records import Tree
from treemeta.store.registry import Registry, open_registry
from treemeta.store.runs import BOUND, CHECKPOINT, COMMIT
from treemeta.tasks.dataset import Dataset
from treemeta.tree import outage, sink
from treemeta.tree.deliver import bound, deliver
from treemeta.tree.job import Job, begin, resume
from treemeta.tree.plan import Plan
from treemeta.tree.stretch import Progress
from treemeta.tree.train import train

CONFIG = make_config(SMALL | {"rule": "always", "min_tasks": 1, "meta_steps": 6})


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "SETTLES", 0.0)


@pytest.fixture
def far(workplace: Path, registry_template: Path) -> Registry:
    """A registry that is taken for one on a server."""
    (workplace / "far").mkdir()
    (workplace / "far" / "mlflow.db").write_bytes(registry_template.read_bytes())
    return replace(open_registry("sqlite:///far/mlflow.db"), uri="http://far")


def begun(far: Registry, dataset: Dataset) -> Job:
    job = begin(Plan("", CONFIG), dataset, "sqlite:///far/mlflow.db", "treemeta")
    return replace(job, registry=far, outage=0.0, commit_every=1)


def gone(monkeypatch: pytest.MonkeyPatch, far: Registry) -> None:
    """Let a registry not answer any more."""

    def refuse(*_: object, **__: object) -> None:
        raise MlflowException("gone") from requests.exceptions.ConnectionError()

    for call in ("create_run", "get_run", "set_tag", "log_batch", "set_terminated", "delete_tag"):
        monkeypatch.setattr(far.client._client, call, refuse)


@pytest.mark.parametrize("last", ["", "r", "r0", "all"])
def test_a_registry_that_is_away_too_long_is_given_up_and_has_the_tree_later(
    far: Registry,
    registry: Registry,
    small: Dataset,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    last: str,
) -> None:
    whole = train(begun(far, small), lambda _: {}, lambda _: None, engine)
    job, told = begun(far, small), list[str]()
    with monkeypatch.context() as patched:

        def hear(event: Progress) -> None:
            told.extend([event.spooled] if event.spooled else [])
            if event.finished is None:
                if last == "" and event.loss is not None:
                    gone(patched, far)
            elif last in (event.node, "all") and (last != "all" or event.node == "r11"):
                gone(patched, far)

        tree = train(job, lambda _: {"tree.svg": "<svg/>"}, hear, engine)
    assert told == [tree.id] != [job.tree]
    assert tree.hash() == whole.hash()
    assert read_tree(registry, tree.id) == tree
    stored = {"": 0, "r": 1, "r0": 2, "all": 7}[last]
    assert len(read_tree(far, job.tree).nodes) == stored
    assert [*bound(registry)] == [(tree.id, job.tree)]

    monkeypatch.setattr(lease, "EXPIRES", -1.0)  # as the process that had it has ended
    done = deliver(registry, tree.id, far, job.tree)
    assert done.nodes == len(whole.nodes) - stored
    assert (done.tree.status, done.tree.hash()) == ("finished", whole.hash())
    assert (done.tree.test_accuracy, done.tree.routes) == (whole.test_accuracy, whole.routes)
    for one, other in zip(done.tree.nodes, whole.nodes, strict=True):
        own, theirs = (
            [(point.step, point.value) for point in history]
            for history in (
                far.client.get_metric_history(node.run_id, "meta_train/loss")
                for node in (one, other)
            )
        )
        assert own == theirs
    assert [one.path for one in far.client.list_artifacts(job.tree, "figures")] == [
        "figures/task_accuracy.json",
        "figures/tree.svg",
    ]
    assert [*bound(registry)] == []
    assert CHECKPOINT not in far.client.get_run(job.tree).data.tags
    left = [one.path for one in far.client.list_artifacts(job.tree)]
    assert sorted(left) == ["config.json", "figures", "tree.json"]
    again = deliver(registry, tree.id, far, job.tree)  # once more brings nothing
    assert again.nodes == 0
    assert again.tree == done.tree


def test_a_checkpoint_that_cannot_be_stored_stops_nothing(
    far: Registry, small: Dataset, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = train(begun(far, small), lambda _: {}, lambda _: None, engine)
    told = list[Progress]()
    with monkeypatch.context() as patched:

        def hear(event: Progress) -> None:
            told.append(event)
            if event.loss is not None and event.step == 1:
                gone(patched, far)
            if event.loss is not None and event.step == 2:
                patched.undo()

        job = replace(begun(far, small), outage=60.0)
        tree = train(job, lambda _: {}, hear, engine)
    assert tree.hash() == whole.hash()
    assert tree.id == job.tree
    said = [(event.away, event.back) for event in told if event.away is not None or event.back]
    assert said == [(0.0, False), (None, True)]
    assert COMMIT in far.client.get_run(tree.id).data.tags


def test_a_tree_that_goes_on_here_can_be_interrupted_resumed_and_delivered(
    far: Registry,
    registry: Registry,
    small: Dataset,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = train(begun(far, small), lambda _: {}, lambda _: None, engine)
    job = begun(far, small)
    with monkeypatch.context() as patched:

        def hear(event: Progress) -> None:
            if event.loss is not None and event.node == "r":
                gone(patched, far)
            if event.loss is not None and event.node == "r0":
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            train(job, lambda _: {}, hear, engine)
    ((tree, wanted),) = bound(registry)
    assert wanted == job.tree
    monkeypatch.setattr(lease, "EXPIRES", -1.0)
    half = deliver(registry, tree, far, wanted)
    assert (half.nodes, half.tree.status) == (1, "unfinished")
    assert far.client.get_run(wanted).info.status == "KILLED"
    assert [*bound(registry)] == [(tree, wanted)]
    train(resume(registry.uri, tree, False), lambda _: {}, lambda _: None, engine)
    done = deliver(registry, tree, far, wanted)
    assert (done.nodes, done.tree.hash()) == (len(whole.nodes) - 1, whole.hash())


def test_a_file_here_is_never_given_up(
    registry: Registry, small: Dataset, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = begin(Plan("", CONFIG), small, registry.uri, "treemeta")

    def refuse(*_: object) -> None:
        raise UnreachableError("gone")

    monkeypatch.setattr("treemeta.tree.sink.write_node", refuse)
    with pytest.raises(RegistryError, match="gone"):
        train(replace(job, outage=0.0), lambda _: {}, lambda _: None, engine)
    assert BOUND not in registry.client.get_run(job.tree).data.tags


def test_who_interrupts_while_the_registry_is_away_is_told_so(
    far: Registry, small: Dataset, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = list[Progress]()

    def hear(event: Progress) -> None:
        told.append(event)
        if event.loss is not None and event.step == 2:
            gone(monkeypatch, far)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(begun(far, small), lambda _: {}, hear, engine)
    assert told[-1].away == 0
    assert not Path("registry/artifacts").exists()  # to begin a registry here takes too long now


def test_a_tree_is_drawn_once_however_often_it_is_tried_to_be_stored(
    registry: Registry, small: Dataset, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries, drawn, finish = list[str](), list[str](), sink.finish_tree

    def away_at_first(there: Registry, tree: Tree, figures: dict[str, str]) -> None:
        tries.append(tree.id)
        if len(tries) < 3:
            raise UnreachableError("gone")
        finish(there, tree, figures)

    def draw(tree: Tree) -> dict[str, str]:
        drawn.append(tree.id)
        return {}

    monkeypatch.setattr(sink, "finish_tree", away_at_first)
    monkeypatch.setattr(outage, "PAUSE", 0.01)
    job = begin(Plan("", CONFIG), small, registry.uri, "treemeta")
    tree = train(job, draw, lambda _: None, engine)
    assert (tries, drawn) == ([tree.id] * 3, [tree.id])
