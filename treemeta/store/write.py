"""Writing a tree: one run for the tree, one for each node, each committed by one tag set last."""

import json
import tempfile
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from treemeta.store.files import commit
from treemeta.store.records import Node, Tree, node_to_dict
from treemeta.store.registry import Registry
from treemeta.store.runs import (
    BEGINNING,
    COMMIT,
    CONFIG_COMMIT,
    CONFIG_FILE,
    KIND,
    LOSS,
    NODE,
    NODE_FILE,
    PARAMS_FILE,
    PROBING,
    TREE,
    TREE_FILE,
    metric_name,
    runs_with,
)
from treemeta.store.tensors import Arrays, arrays_sha256

LONGEST_PARAM = 6000  # MLflow cuts longer ones without a word
NO_TAGS: Mapping[str, str] = {}
BATCH = 900  # metrics; MLflow takes 1,000 in one call


def start_tree(
    registry: Registry,
    experiment: str,
    title: str,
    config: Mapping[str, Any],
    machine: Mapping[str, Any],
    more_tags: Mapping[str, str] = NO_TAGS,
) -> str:
    """Create a tree run and return its id, which is the tree's id. It is a tree once its config is
    committed, not before: whoever is killed in between leaves none."""
    tags = {"mlflow.runName": title, KIND: BEGINNING, **more_tags}
    run_id = str(registry.client.create_run(experiment, tags=tags).info.run_id)
    _log(registry, run_id, config, {}, 0)
    stored = {"config": dict(config), "machine": dict(machine)}
    commit(registry, run_id, {CONFIG_FILE: stored}, {}, CONFIG_COMMIT, 0)
    registry.client.set_tag(run_id, KIND, "tree")
    return run_id


@dataclass(frozen=True)
class RunPlace:
    """Where a node's run belongs: its experiment, its tree's run and its parent's."""

    experiment: str
    tree: str
    parent: str


@dataclass(frozen=True)
class Learned:
    """What is stored beside a node's record: its parameters, further files of tensors by name, the
    loss of each step, and when its training began, in seconds since the epoch. Parameters that are
    ``shared`` are left to the node that holds its trunk."""

    params: Arrays
    extra: Mapping[str, Arrays]
    losses: Sequence[tuple[int, float]]
    began: float
    shared: Collection[str] = ()


def write_node(registry: Registry, place: RunPlace, node: Node, learned: Learned) -> Node:
    """Write a finished node and return it with its run id and the digest of its parameters.

    Until its commit tag is set, the last thing that happens, readers call the node unfinished.
    """
    # Of the whole model, wherever the parts of it are held.
    node = replace(node, tensors_sha256=arrays_sha256(learned.params))
    tags = {
        "mlflow.runName": f"{node.name} {len(node.tasks)}t",
        "mlflow.parentRunId": place.parent,
        KIND: "node",
        TREE: place.tree,
        NODE: node.name,
    }
    began = round(learned.began * 1000)
    run = registry.client.create_run(place.experiment, start_time=began, tags=tags)
    run_id = str(run.info.run_id)
    step = node.start + node.meta_steps
    about = {"tasks": len(node.tasks), "depth": node.depth, "meta_steps": node.meta_steps}
    results = {
        "meta_val/accuracy": node.accuracy,
        "reliability": node.reliability,
        "support": node.support,
    }
    _log(registry, run_id, about, results, step)
    _log_points(registry, run_id, [(LOSS, loss, at) for at, loss in learned.losses])
    own = {name: a for name, a in learned.params.items() if name not in learned.shared}
    files = {PARAMS_FILE: own, **learned.extra}
    commit(registry, run_id, {NODE_FILE: node_to_dict(node)}, files, COMMIT, step)
    registry.client.set_terminated(run_id, "FINISHED")
    return replace(node, run_id=run_id)


def finish_tree(registry: Registry, tree: Tree, figures: Mapping[str, str]) -> None:
    """Write what is known of the whole tree, with its figures (name to text), and commit it."""
    results = {f"task_accuracy/{metric_name(t)}": a for t, a in tree.test_accuracy.items()}
    _log(registry, tree.id, {}, results | tree.summary, 0)
    points = [
        ("test/curve", sum(point.accuracy.values()) / len(point.accuracy), point.step)
        for point in tree.curve
    ]
    _log_points(registry, tree.id, points)
    with tempfile.TemporaryDirectory() as folder:
        for name, text in figures.items():
            path = Path(folder) / name
            path.write_text(text, encoding="utf-8")
            registry.client.log_artifact(tree.id, str(path), "figures")
    note = f"![tree](get-artifact?path=figures/tree.svg&run_uuid={tree.id})"
    if "tree.svg" in figures:
        registry.client.set_tag(tree.id, "mlflow.note.content", note)
    whole = {
        "test_accuracy": tree.test_accuracy,
        "summary": tree.summary,
        "hash": tree.hash(),
        "routes": {task: asdict(one) for task, one in tree.routes.items()},
        "curve": [asdict(point) for point in tree.curve],
    }
    commit(registry, tree.id, {TREE_FILE: whole}, {}, COMMIT, 0)
    registry.client.set_terminated(tree.id, "FINISHED")


def log_seconds(registry: Registry, tree: str, seconds: float) -> None:
    """Add to the seconds that a tree took beside its training; they differ from run to run, and are
    no part of what it is."""
    _log_points(registry, tree, [(PROBING, seconds, 0)])


def reopen_tree(registry: Registry, tree: str, machine: Mapping[str, Any]) -> None:
    """Mark a tree as running again on a machine; what a killed process left is removed."""
    # Read to the end first: removing runs would shift the pages.
    for run in list(runs_with(registry, TREE, tree)):
        if COMMIT not in run.data.tags:
            registry.client.delete_run(run.info.run_id)
    registry.client.set_tag(tree, "treemeta.resumed_on", json.dumps(dict(machine)))
    registry.client.update_run(tree, status="RUNNING")


def end_tree(registry: Registry, tree: str, status: str) -> None:
    """Mark a tree run that did not finish: ``KILLED`` or ``FAILED``; it can be resumed."""
    registry.client.set_terminated(tree, status)


def _log(
    registry: Registry,
    run_id: str,
    params: Mapping[str, Any],
    metrics: Mapping[str, Any],
    step: int,
) -> None:
    from mlflow.entities import Param

    kept = [Param(name, str(value)[:LONGEST_PARAM]) for name, value in params.items()]
    registry.client.log_batch(run_id, params=kept)
    _log_points(registry, run_id, [(k, v, step) for k, v in metrics.items() if v is not None])


def _log_points(registry: Registry, run_id: str, points: Sequence[tuple[str, float, int]]) -> None:
    """Log metrics, each a name, a value and a step."""
    from mlflow.entities import Metric

    now = round(time.time() * 1000)
    for first in range(0, len(points), BATCH):
        batch = [Metric(k, float(v), now, step) for k, v, step in points[first : first + BATCH]]
        registry.client.log_batch(run_id, metrics=batch)
