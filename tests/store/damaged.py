"""A stored tree, and what may happen to it."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.trees import (
    arrays,
    run_of,
)
from treemeta.store.find import experiment_of, find_node
from treemeta.store.records import Tree
from treemeta.store.registry import Registry
from treemeta.store.runs import FORK_FILE
from treemeta.store.write import Learned, RunPlace, write_node

ELSEWHERE = "f" * 32


Damage = Callable[[Registry, Tree], object]


class Stored(NamedTuple):
    """A finished tree in a registry that may be damaged."""

    registry: Registry
    tree: Tree
    folder: Path


def tag(name: str, key: str, value: str | None) -> Damage:
    def damage(registry: Registry, tree: Tree) -> None:
        if value is None:
            registry.client.delete_tag(run_of(tree, name), key)
        else:
            registry.client.set_tag(run_of(tree, name), key, value)

    return damage


def hang(name: str, below: str) -> Damage:
    return lambda registry, tree: registry.client.set_tag(
        run_of(tree, name), "mlflow.parentRunId", run_of(tree, below)
    )


def delete(name: str) -> Damage:
    return lambda registry, tree: registry.client.delete_run(run_of(tree, name))


def again(name: str) -> Damage:
    """Write a node a second time."""

    def damage(registry: Registry, tree: Tree) -> None:
        node = find_node(tree, name)
        parent = run_of(tree, node.parent or "")
        where = experiment_of(registry, tree.id)
        fork = {FORK_FILE: arrays(1)}
        write_node(
            registry, RunPlace(where, tree.id, parent), node, Learned(arrays(0), fork, [], 2000.0)
        )

    return damage
