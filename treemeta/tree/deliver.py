"""Delivering a tree that went on here, as its registry was away: once, however often it is asked.

A node is the same by the digest of its parameters, wherever it is stored.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from treemeta.config import Config
from treemeta.errors import IntegrityError
from treemeta.store.checkpoint import drop_checkpoint
from treemeta.store.find import experiment_of
from treemeta.store.finish import finish_tree
from treemeta.store.owner import owned
from treemeta.store.read import read_seconds, read_started, read_tree
from treemeta.store.records import Node, Tree
from treemeta.store.registry import Registry
from treemeta.store.runs import BOUND, KIND, LOSS, runs_with
from treemeta.store.write import (
    Learned,
    RunPlace,
    end_tree,
    log_seconds,
    reopen_tree,
    turn_of,
    write_node,
)
from treemeta.tree.arrays import learned_of, revive
from treemeta.tree.stored import config_of

FIGURES = "figures"


@dataclass(frozen=True)
class Delivered:
    """A tree as it is where it was bound for, and how many nodes were brought there."""

    tree: Tree
    nodes: int


def bound(registry: Registry) -> Iterator[tuple[str, str]]:
    """Yield the trees of a registry that are to be delivered, each with its id where it is bound
    for, the oldest first."""
    runs = [run for run in runs_with(registry, KIND, "tree") if BOUND in run.data.tags]
    for run in reversed(runs):
        yield run.info.run_id, run.data.tags[BOUND]


def deliver(here: Registry, tree: str, there: Registry, wanted: str) -> Delivered:
    """Bring what a registry here has of a tree to another that began it, as the tree ``wanted``.

    Raises ``IntegrityError`` where there a node of the same name has other parameters.
    """
    with owned(here, tree), owned(there, wanted):
        stored, known = read_tree(here, tree), read_tree(there, wanted)
        if stored.config != known.config:
            raise IntegrityError(
                f"tree {wanted} of {there.uri} was begun with other settings than tree {tree}, "
                "which is said to be bound for it: name the registry that it came from"
            )
        nodes = missing(stored, known)
        if known.status != "finished":
            _bring(here, stored, there, known, nodes)
        if stored.status == "finished" and BOUND in here.client.get_run(tree).data.tags:
            here.client.delete_tag(tree, BOUND)
        return Delivered(read_tree(there, wanted), len(nodes))


def missing(stored: Tree, known: Tree) -> list[Node]:
    """Return the finished nodes that the other registry lacks; those of both must be the same."""
    ready = {one.name: one for one in known.nodes if one.status == "finished"}
    for node in stored.nodes:
        other = ready.get(node.name)
        if other and node.status == "finished" and node.tensors_sha256 != other.tensors_sha256:
            raise IntegrityError(
                f"node {node.name!r} of tree {known.id} has other parameters than that of tree "
                f"{stored.id}, which is bound for it: delete one of these trees"
            )
    return [one for one in stored.nodes if one.status == "finished" and one.name not in ready]


def _bring(here: Registry, stored: Tree, there: Registry, known: Tree, nodes: list[Node]) -> None:
    reopen_tree(there, known.id, read_started(here, stored.id).machine)
    runs = {one.name: one.run_id for one in known.nodes if one.status == "finished"}
    experiment, config = experiment_of(there, known.id), config_of(stored.config)
    for node in nodes:
        place = RunPlace(experiment, known.id, runs[node.parent] if node.parent else known.id)
        runs[node.name] = write_node(there, place, node, learned(here, node, config)).run_id
    if stored.status != "finished":
        end_tree(there, known.id, "KILLED")
        return
    log_seconds(there, known.id, read_seconds(here, stored.id))
    drop_checkpoint(there, known.id)
    whole = tuple(replace(one, run_id=runs[one.name]) for one in stored.nodes)
    finish_tree(there, replace(stored, id=known.id, nodes=whole), figures_of(here, stored.id))


def learned(registry: Registry, node: Node, config: Config) -> Learned:
    """Return what is stored beside a node's record."""
    run = registry.client.get_run(node.run_id)
    history = registry.client.get_metric_history(node.run_id, LOSS)
    losses = [(point.step, point.value) for point in history]
    one = revive(registry, node, config, probed=False)
    began = (run.info.start_time - turn_of(one.node.name)) / 1000
    return learned_of(one, losses, began)


def figures_of(registry: Registry, tree: str) -> dict[str, str]:
    """Return the figures that were logged with a tree, name to text."""
    if not registry.client.list_artifacts(tree, FIGURES):
        return {}
    with tempfile.TemporaryDirectory() as folder:
        paths = Path(registry.client.download_artifacts(tree, FIGURES, folder)).iterdir()
        return {path.name: path.read_text(encoding="utf-8") for path in sorted(paths)}
