"""Trainers that store their trees in one registry at the same time."""

import time
from pathlib import Path

import numpy as np

from tests.servers.running import free_port, mlflow_server, postgres
from tests.torture.races import at_once
from tests.torture.trial import Outcome, Told, in_child
from tests.torture.work import URI
from tests.trees import MACHINE, make_node
from treemeta.store.read import read_arrays, read_tree
from treemeta.store.records import LETTERS
from treemeta.store.registry import experiment_id, open_registry
from treemeta.store.tensors import arrays_sha256
from treemeta.store.write import Learned, RunPlace, start_tree, write_node


def names(commits: int) -> list[str]:
    """Return the names of a root, its children, and theirs, as many as are asked for."""
    children = ["r" + letter for letter in LETTERS[:16]]
    return ["r", *children, *(c + letter for c in children for letter in LETTERS[:16])][:commits]


def stored(uri: str, trainer: int, commits: int) -> str:
    """Store as many nodes as a trainer would, each with its commit; return the tree's id."""
    registry = open_registry(uri)
    where = experiment_id(registry, "treemeta")
    tree = start_tree(registry, where, f"trainer {trainer}", {"arm": "tree", "data": ""}, MACHINE)
    wanted = names(commits)
    runs: dict[str, str] = {}
    for number, name in enumerate(wanted):
        tasks = tuple(one for one in wanted if one.startswith(name) and one + "0" not in wanted)
        kids = [one for one in wanted if one[:-1] == name]
        groups = tuple(tuple(t for t in tasks if t.startswith(kid)) for kid in kids)
        node = make_node(name, tasks, groups=groups, supports=(1.0,) * len(groups))
        params = {"w": np.array([trainer, number], np.float32)}
        parent = runs[name[:-1]] if name != "r" else tree
        learned = Learned(params, {}, [(1, 0.5)], time.time())
        runs[name] = write_node(registry, RunPlace(where, tree, parent), node, learned).run_id
    return tree


def crowd(folder: Path, uri: str, trainers: int, commits: int) -> list[str]:
    """Return what is wrong after so many trainers have stored their trees at the same time."""
    found = at_once(folder, [lambda t=t: stored(uri, t, commits) for t in range(trainers)])
    registry, wrong = open_registry(uri), list[str]()
    for trainer, tree in enumerate(found):
        if len(tree) != 32:
            wrong.append(f"trainer {trainer} ended with {tree!r}")
            continue
        nodes = read_tree(registry, tree).nodes
        if sorted(node.name for node in nodes) != sorted(names(commits)):
            wrong.append(f"of trainer {trainer} there are {len(nodes)} of {commits} nodes")
        for node in nodes:
            params, _ = read_arrays(registry, node)
            if arrays_sha256(params) != node.tensors_sha256 or params["w"][0] != trainer:
                wrong.append(f"node {node.name} of trainer {trainer} has others' parameters")
    return wrong


def on_file(folder: Path, trainers: int, commits: int) -> Outcome:
    """Let a crowd store its trees in the registry of a folder."""
    return _apart(folder, URI, trainers, commits)


def on_server(binaries: Path, folder: Path, trainers: int, commits: int) -> Outcome:
    """Let a crowd store its trees on a server before a PostgreSQL of its own."""
    (folder / "files").mkdir()
    with (
        postgres(binaries) as database,
        mlflow_server(database, folder / "files", free_port()) as address,
    ):
        return _apart(folder, address, trainers, commits)


def _apart(folder: Path, uri: str, trainers: int, commits: int) -> Outcome:
    def crowded() -> Told:
        return Told(wrong=tuple(crowd(folder, uri, trainers, commits)))

    told = in_child(folder, crowded)
    said = ["killed"] if told is None else [*told.wrong, told.error, told.trace]
    return Outcome([one for one in said if one])
