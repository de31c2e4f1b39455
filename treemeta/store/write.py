"""Writing a tree: one run for the tree, one for each node, each committed by one tag set last."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from treemeta.store.files import commit
from treemeta.store.log import log, log_points
from treemeta.store.records import LETTERS, Node, node_to_dict
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
    SMOOTHED,
    TREE,
    runs_with,
)
from treemeta.store.tensors import Arrays, arrays_sha256
from treemeta.store.view import show_begun, smoothed, source_tags

NO_TAGS: Mapping[str, str] = {}


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
    tags = {"mlflow.runName": title, KIND: BEGINNING, **source_tags(), **more_tags}
    run_id = str(registry.client.create_run(experiment, tags=tags).info.run_id)
    show_begun(registry, experiment, run_id, config)
    log(registry, run_id, config, {}, 0)
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


def turn_of(name: str) -> int:
    """Return how many milliseconds a node's run is said to have begun after it did: siblings begin
    together, and MLflow lists runs by when they began."""
    return max(0, LETTERS.find(name[-1])) if len(name) > 1 else 0


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
        **source_tags(),
    }
    began = round(learned.began * 1000) + turn_of(node.name)
    run = registry.client.create_run(place.experiment, start_time=began, tags=tags)
    run_id = str(run.info.run_id)
    step = node.end
    about = {"tasks": len(node.tasks), "depth": node.depth, "meta_steps": node.meta_steps}
    results = {
        "meta_val/accuracy": node.accuracy,
        "reliability": node.reliability,
        "support": node.support,
    }
    log(registry, run_id, about, results, step)
    log_points(registry, run_id, [(LOSS, loss, at) for at, loss in learned.losses])
    log_points(registry, run_id, [(SMOOTHED, loss, at) for at, loss in smoothed(learned.losses)])
    own = {name: a for name, a in learned.params.items() if name not in learned.shared}
    files = {PARAMS_FILE: own, **learned.extra}
    commit(registry, run_id, {NODE_FILE: node_to_dict(node)}, files, COMMIT, step)
    registry.client.set_terminated(run_id, "FINISHED")
    return replace(node, run_id=run_id)


def log_seconds(registry: Registry, tree: str, seconds: float) -> None:
    """Add to the seconds that a tree took beside its training; they differ from run to run, and are
    no part of what it is."""
    log_points(registry, tree, [(PROBING, seconds, 0)])


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
