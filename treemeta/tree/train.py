"""Training with a registry: every node is stored when it is finished, and taken up from there."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import torch

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.errors import DataError, IntegrityError, MachineError
from treemeta.learn.machine import machine_fingerprint
from treemeta.learn.params import Params
from treemeta.store.read import read_arrays, read_config, read_tree
from treemeta.store.records import Node, Tree, path_order
from treemeta.store.registry import Registry
from treemeta.store.tensors import Arrays
from treemeta.store.write import end_tree, finish_tree, reopen_tree, start_tree, write_node
from treemeta.tasks.dataset import Dataset, check_enough
from treemeta.tree.grow import Grown, Listen, Progress, grow, held_out_accuracies
from treemeta.tree.route import Fork

Figures = Callable[[Tree], Mapping[str, str]]


def check(config: Config, dataset: Dataset) -> None:
    """Raise unless the data set can fill the config's episodes."""
    if not dataset.select("train"):
        raise DataError(f"data set {dataset.name} has no tasks to train on: add some")
    check_enough(dataset, dataset.select("all"), config.ways, config.shots + config.queries)


def check_data(tree: Tree, dataset: Dataset) -> None:
    """Raise unless the data set is the one the tree was grown on."""
    if tree.config["data"] != dataset.fingerprint:
        raise IntegrityError(
            f"data set {dataset.name} is not the one tree {tree.id} was grown on: restore it"
        )


def begin(config: Config, dataset: Dataset, registry: Registry, experiment: str) -> str:
    """Create an empty tree in the registry and return its id."""
    title = f"{config.arm} {dataset.name} seed {config.seed}"
    settings = asdict(config) | {"data": dataset.fingerprint}
    return start_tree(registry, experiment, title, settings, machine_fingerprint())


def resume(registry: Registry, tree: str, allow_env_change: bool) -> Config:
    """Return the config of an unfinished tree, or say why it cannot go on here."""
    started = read_config(registry, tree)
    here = machine_fingerprint()
    if started["machine"] != here and not allow_env_change:
        changed = [key for key in here if started["machine"].get(key) != here[key]]
        raise MachineError(
            f"tree {tree} was started in another environment ({', '.join(changed)} changed), so "
            "its bits would change: pass --allow-env-change, or start it again"
        )
    reopen_tree(registry, tree, here)
    return config_of(started["config"])


def config_of(stored: Mapping[str, Any]) -> Config:
    """Return the config among a tree's stored settings."""
    try:
        return Config(**{key: value for key, value in stored.items() if key != "data"})
    except TypeError as error:
        raise IntegrityError(
            f"the tree was made by another version of treemeta: {error}"
        ) from error


def train(
    config: Config,
    dataset: Dataset,
    registry: Registry,
    experiment: str,
    tree: str,
    figures: Figures,
    listen: Listen,
    engine: Engine,
    device: str = "cpu",
) -> Tree:
    """Grow the tree, storing each node as it is finished; nodes stored before are not redone.

    However it ends, the tree run says so; interrupted, it can be resumed to the same bits.
    """
    try:
        stored = read_tree(registry, tree)
        check_data(stored, dataset)
        if stored.status == "finished":
            return stored
        done = {node.name: node for node in stored.nodes}
        finished = {name: _revive(registry, node, device) for name, node in done.items()}
        losses: list[tuple[int, float]] = []

        def hear(progress: Progress) -> None:
            if progress.loss is not None:
                losses.append((progress.step, progress.loss))
            listen(progress)

        grown, started = [], time.time()
        for one in grow(config, dataset, engine, finished, hear, device):
            if one.node.name not in done:
                parent = done[one.node.parent].run_id if one.node.parent else tree
                done[one.node.name] = write_node(
                    registry,
                    experiment,
                    tree,
                    parent,
                    one.node,
                    _arrays(one.params),
                    _fork_arrays(one.fork),
                    losses,
                    started,
                )
                listen(Progress(one.node.name, one.node.start, finished=one.node))
            losses, started = _reset(losses), time.time()
            grown.append(one)
        accuracy = held_out_accuracies(config, dataset, grown, engine)
        whole = replace(
            stored,
            nodes=tuple(sorted(done.values(), key=lambda node: path_order(node.name))),
            status="finished",
            test_accuracy=accuracy,
            summary=_summary(accuracy, list(done.values())),
        )
        finish_tree(registry, whole, figures(whole))
        return whole
    except BaseException as error:
        end_tree(registry, tree, "FAILED" if isinstance(error, Exception) else "KILLED")
        raise


def _reset(losses: list[tuple[int, float]]) -> list[tuple[int, float]]:
    losses.clear()  # the same list, which the listener appends to
    return losses


def _summary(accuracy: dict[str, float], nodes: list[Node]) -> dict[str, float]:
    leaves = [node for node in nodes if not node.groups]
    found: dict[str, Any] = {
        "nodes": len(nodes),
        "leaves": len(leaves),
        "depth": max(node.depth for node in nodes),
        "meta_steps_total": sum(node.meta_steps for node in nodes),
    }
    if accuracy:
        found["test/accuracy"] = sum(accuracy.values()) / len(accuracy)
    return {name: float(value) for name, value in found.items()}


def _arrays(params: Params) -> Arrays:
    return {name: tensor.cpu().numpy() for name, tensor in params.items()}


def _fork_arrays(fork: Fork | None) -> Arrays | None:
    return {"mean": fork.mean, "centroids": fork.centroids} if fork else None


def _revive(registry: Registry, node: Node, device: str) -> Grown:
    params, fork = read_arrays(registry, node)
    return Grown(node, as_params(params, device), Fork(**fork) if fork else None)


def as_params(arrays: Mapping[str, np.ndarray], device: str = "cpu") -> Params:
    """Return stored arrays as parameters on a device."""
    return {name: torch.from_numpy(array).to(device) for name, array in arrays.items()}
