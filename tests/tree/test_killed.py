"""Whoever is killed loses what was not noted yet, and ends in the same bits."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.conftest import SMALL, SMALL_SOLVED
from tests.tree.gated import Plant
from treemeta.config import Config
from treemeta.declared import make_config
from treemeta.engine.local import Engine
from treemeta.store.read import read_tree
from treemeta.store.records import Tree
from treemeta.store.registry import Registry
from treemeta.store.runs import CHECKPOINT
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.sources import opened
from treemeta.tree import stretch
from treemeta.tree.job import Job, begin, resume
from treemeta.tree.plan import Plan
from treemeta.tree.stretch import Progress
from treemeta.tree.train import train

ALWAYS = {"rule": "always", "meta_steps": 6, "min_tasks": 1}
TRIED = {"gate": "gain", "meta_steps": 8, "split_every": 4, "min_tasks": 1, "max_depth": 1}
KINDS = {
    "copies": SMALL | ALWAYS,
    "trunk": SMALL_SOLVED | ALWAYS | {"share": "trunk"},
    "tried": SMALL_SOLVED | TRIED | {"share": "auto", "eval_every": 2, "focus": 1.0},
    "refused": SMALL_SOLVED | TRIED,
    "settled": SMALL_SOLVED
    | TRIED
    | {"dataset": "functions:functions=2,held_out=1,points=30", "ways": 1, "meta_steps": 16,
       "split_every": 8, "meta_step_size": 0.05, "max_children": 3},
}  # fmt: skip


class KilledError(Exception):
    """What ends a training without a word to its registry."""


def begun(registry: Registry, dataset: Dataset, config: Config) -> Job:
    return replace(begin(Plan("", config), dataset, registry.uri, "treemeta"), commit_every=1)


def losses(registry: Registry, tree: Tree) -> list[tuple[float, int]]:
    return [
        (point.value, point.step)
        for node in tree.nodes
        for point in registry.client.get_metric_history(node.run_id, "meta_train/loss")
    ]


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Hear the names of those that are trained, once for each step."""
    heard: list[str] = []
    take: Callable[..., list[tuple[stretch.Trainee, float]]] = stretch.take_step

    def counted(setting: object, trainees: list[stretch.Trainee]) -> object:
        heard.append(" ".join(one.name + one.trunk for one in trainees))
        return take(setting, trainees)

    monkeypatch.setattr(stretch, "take_step", counted)
    return heard


@pytest.mark.parametrize("kind", KINDS)
def test_killed_anywhere_it_trains_no_step_but_the_last_again(
    registry: Registry,
    engine: Engine,
    steps: list[str],
    plant: Plant,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
) -> None:
    config, dataset = opened(make_config(KINDS[kind]))
    if config.gate == "gain":
        plant({"r": kind in ("tried", "settled")})
    monkeypatch.setattr("treemeta.tree.settle.ROUND", 2)
    heard: list[Progress] = []
    whole = train(begun(registry, dataset, config), lambda _: {}, heard.append, engine)
    trained = len(steps)
    assert len(whole.nodes) > 1 or kind == "refused"
    assert bool(whole.nodes[0].evidence[-1].moved) == (kind == "settled")
    for count in range(1, len(heard) + 1, max(1, len(heard) // 5)):
        job, left = begun(registry, dataset, config), [count]

        def stop(event: Progress, left: list[int] = left) -> None:
            left[0] -= 1
            if not left[0]:
                raise KilledError

        steps.clear()
        with pytest.raises(KilledError):
            train(job, lambda _: {}, stop, engine)
        again = replace(resume(registry.uri, job.tree, False), commit_every=1)
        resumed = train(again, lambda _: {}, lambda _: None, engine)
        assert resumed.hash() == whole.hash()
        assert (resumed.test_accuracy, resumed.curve) == (whole.test_accuracy, whole.curve)
        assert [one.evidence for one in resumed.nodes] == [one.evidence for one in whole.nodes]
        assert losses(registry, resumed) == losses(registry, whole)
        assert trained <= len(steps) <= trained + 1, heard[count - 1]
        assert read_tree(registry, job.tree) == resumed


@pytest.mark.parametrize(
    ("kind", "at"),
    [("copies", ("r0", 4)), ("trunk", ("r1", 6))],  # the latter between two that share a trunk
)
def test_interrupted_it_loses_nothing_and_a_finished_tree_keeps_no_checkpoint(
    registry: Registry,
    small: Dataset,
    engine: Engine,
    steps: list[str],
    kind: str,
    at: tuple[str, int],
) -> None:
    config = make_config(KINDS[kind])
    whole = train(begun(registry, small, config), lambda _: {}, lambda _: None, engine)
    trained = len(steps)
    steps.clear()
    job = begin(Plan("", config), small, registry.uri, "treemeta")

    def stop(event: Progress) -> None:
        if event.loss is not None and (event.node, event.step) == at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(job, lambda _: {}, stop, engine)
    run = registry.client.get_run(job.tree)
    assert (run.info.status, CHECKPOINT in run.data.tags) == ("KILLED", True)
    resumed = train(resume(registry.uri, job.tree, False), lambda _: {}, lambda _: None, engine)
    assert resumed.hash() == whole.hash()
    assert len(steps) == trained + 1  # the step that was taken, but not heard of yet
    assert CHECKPOINT not in registry.client.get_run(job.tree).data.tags
    names = [one.path for one in registry.client.list_artifacts(job.tree)]
    assert not [name for name in names if name.startswith("checkpoint")]
