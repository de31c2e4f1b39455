"""Time to write a node and to read a tree, against the number of nodes and the depth."""

import time
from collections import deque
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import median_seconds, said, workplace
from treemeta.store.read import read_tree
from treemeta.store.records import Node
from treemeta.store.registry import Registry, experiment_id, open_registry
from treemeta.store.runs import FORK_FILE
from treemeta.store.write import Learned, RunPlace, start_tree, write_node

NODES = (10, 100, 1000, 5000)
DEPTHS = (2, 20, 100)


def run() -> dict[str, Any]:
    rows: dict[str, Any] = {}
    for name, wanted in [(f"{n} nodes", bushy(n)) for n in NODES] + [
        (f"depth {d}", caterpillar(d)) for d in DEPTHS
    ]:
        with workplace() as folder:
            started = time.perf_counter()
            registry, tree = store(folder, wanted)
            each = (time.perf_counter() - started) / len(wanted) * 1000
            read = median_seconds(partial(read_tree, registry, tree), 3)
        rows[name] = {"nodes": len(wanted), "write a node, ms": each, "read, s": read}
        per_node = read["median"] / len(wanted) * 1000
        print(f"{name:12} write {each:.0f} ms a node, read {per_node:.2f} ms a node: "
              f"{said(read, 3)} s")  # fmt: skip
    return rows


def fill(folder: str | Path, nodes: int) -> None:
    """Store a tree of about so many nodes in the registry of a folder."""
    store(folder, bushy(nodes))


def store(folder: str | Path, nodes: list[Node]) -> tuple[Registry, str]:
    """Store nodes as the program does, with parameters of one number."""
    registry = open_registry(f"sqlite:///{folder}/registry/mlflow.db", create=True)
    experiment = experiment_id(registry, "treemeta")
    tree = start_tree(registry, experiment, "benchmark", {"data": ""}, {})
    runs: dict[str | None, str] = {None: tree}
    params = {"w": np.zeros(1)}
    fork = {FORK_FILE: {"mean": np.zeros(1), "centroids": np.zeros((1, 1))}}
    for node in nodes:
        parent, fork_of = runs[node.parent], fork if node.groups else {}
        place, learned = (
            RunPlace(experiment, tree, parent),
            Learned(params, fork_of, [(1, 0.5)], time.time()),
        )
        stored = write_node(registry, place, node, learned)
        runs[node.name] = stored.run_id
    return registry, tree


def bushy(count: int) -> list[Node]:
    """Return a tree of at most ``count`` nodes with three children each."""
    names, children, waiting = ["r"], dict[str, list[str]](), deque(["r"])
    while len(names) + 3 <= count:
        parent = waiting.popleft()
        children[parent] = [f"{parent}{i}" for i in range(3)]
        names += children[parent]
        waiting += children[parent]
    return nodes_of(names, children)


def caterpillar(depth: int) -> list[Node]:
    """Return a tree in which one child of two splits again."""
    spine = ["r" + "0" * d for d in range(depth + 1)]
    children = {name: [name + "0", name + "1"] for name in spine[:-1]}
    return nodes_of(["r", *(child for both in children.values() for child in both)], children)


def nodes_of(names: list[str], children: dict[str, list[str]]) -> list[Node]:
    """Return nodes with one task in each leaf."""
    tasks: dict[str, tuple[str, ...]] = {
        name: (f"task {i}",) for i, name in enumerate(names) if name not in children
    }
    for name in reversed(names):
        if name in children:
            tasks[name] = tuple(sorted(t for child in children[name] for t in tasks[child]))
    return [
        Node(
            name, tasks[name], 0, 1, 0.5, 0.5, 0.5, None if name == "r" else 1.0,
            tuple(tasks[child] for child in children.get(name, ())),
            tuple(1.0 for _ in children.get(name, ())),
        )
        for name in names
    ]  # fmt: skip
