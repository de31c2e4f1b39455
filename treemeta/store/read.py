"""Reading trees back from MLflow alone. What a registry holds is somebody else's input."""

import json
import re
import tempfile
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import networkx as nx

from treemeta.errors import IntegrityError, RegistryError
from treemeta.store.records import Node, Tree, node_from_dict, path_order
from treemeta.store.registry import Registry
from treemeta.store.tensors import Arrays, arrays_sha256, file_sha256, load_arrays
from treemeta.store.write import (
    COMMIT,
    CONFIG_FILE,
    FORK_FILE,
    KIND,
    NODE,
    NODE_FILE,
    PARAMS_FILE,
    TREE,
    TREE_FILE,
    runs_with,
)

if TYPE_CHECKING:
    from mlflow.entities import Run

PARENT = "mlflow.parentRunId"
RUN_ID = re.compile(r"[0-9a-f]{1,32}")
NODE_NAME = re.compile(r"r[0-8]*")


def find_tree(registry: Registry, which: str) -> str:
    """Return the id of the tree that ``which`` names: an id, the beginning of one, or ``latest``.

    Raises ``RegistryError`` when there is none, or more than one.
    """
    if which == "latest":
        if runs := tree_runs(registry):
            return str(runs[0].info.run_id)
        raise RegistryError(f"no tree in {registry.uri}: run 'treemeta train' first")
    if not RUN_ID.fullmatch(which):
        raise RegistryError(f"tree {which!r} is no id: see 'treemeta tree list', or say latest")
    ids = [run.info.run_id for run in tree_runs(registry)]
    found = [run_id for run_id in ids if run_id.startswith(which)]
    if len(found) == 1:
        return str(found[0])
    if found:
        raise RegistryError(f"tree {which!r} fits {len(found)} trees: give more of the id")
    raise RegistryError(f"no tree {which!r} in {registry.uri}: see 'treemeta tree list'")


def tree_runs(registry: Registry) -> list["Run"]:
    """Return the tree runs of all experiments, newest first."""
    return list(runs_with(registry, KIND, "tree"))


def list_trees(registry: Registry) -> list[dict[str, Any]]:
    """Return what is worth knowing of every tree, newest first."""
    rows = []
    for run in tree_runs(registry):
        started = datetime.fromtimestamp(run.info.start_time / 1000, UTC)
        rows.append(
            {
                "tree": run.info.run_id,
                "started": started.strftime("%Y-%m-%d %H:%M"),
                "status": "finished" if COMMIT in run.data.tags else "unfinished",
                "name": run.info.run_name,
                "accuracy": run.data.metrics.get("test/accuracy"),
            }
        )
    return rows


def experiment_of(registry: Registry, tree: str) -> str:
    """Return the id of the experiment that holds a tree."""
    return str(registry.client.get_run(tree).info.experiment_id)


def find_node(tree: Tree, name: str) -> Node:
    """Return the finished node of that name."""
    for node in tree.nodes:
        if node.name == name and node.status == "finished":
            return node
    names = ", ".join(node.name for node in tree.nodes if node.status == "finished")
    raise RegistryError(f"tree {tree.id} has no finished node {name!r}: it has {names or 'none'}")


def read_config(registry: Registry, tree: str) -> dict[str, Any]:
    """Return ``{"config", "machine"}`` as a tree was started with."""
    run = registry.client.get_run(tree)
    return _document(registry, run, CONFIG_FILE, COMMIT + ".config")


def read_tree(registry: Registry, tree: str) -> Tree:
    """Return a tree, rebuilt from its runs and their parent links.

    A node without a commit is listed as unfinished. Raises ``IntegrityError`` for twins, orphans,
    cycles and second roots, naming them, and for files that are not what was committed.
    """
    run = registry.client.get_run(tree)
    config = read_config(registry, tree)["config"]
    runs = list(runs_with(registry, TREE, tree))
    nodes = [_node(registry, one) for one in runs]
    check_structure(tree, runs)
    finished = run.data.tags.get(COMMIT) is not None
    whole = _document(registry, run, TREE_FILE, COMMIT) if finished else {}
    return Tree(
        id=tree,
        config=config,
        nodes=tuple(sorted(nodes, key=lambda node: path_order(node.name))),
        status="finished" if finished else "unfinished",
        test_accuracy=whole.get("test_accuracy", {}),
        summary=whole.get("summary", {}),
    )


def read_arrays(registry: Registry, node: Node) -> tuple[Arrays, Arrays | None]:
    """Return a node's parameters and, if it has children, its fork, both checked."""
    run = registry.client.get_run(node.run_id)
    params = load_arrays(_fetch(registry, run, PARAMS_FILE, COMMIT))
    if arrays_sha256(params) != node.tensors_sha256:
        raise IntegrityError(f"node {node.name!r}: its parameters are not those it was stored with")
    if not node.groups:
        return params, None
    return params, load_arrays(_fetch(registry, run, FORK_FILE, COMMIT))


def check_structure(tree: str, runs: list["Run"]) -> None:
    """Raise ``IntegrityError`` unless the runs' parent links make one tree that fits the names."""
    names = {run.info.run_id: _name(run) for run in runs}
    if twins := [name for name, count in Counter(names.values()).items() if count > 1]:
        raise IntegrityError(f"tree {tree} has twins: two runs each for {', '.join(twins)}")
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_node(tree)
    for run in runs:
        parent = run.data.tags.get(PARENT, "")
        expected = names[run.info.run_id][:-1]
        if parent != tree and parent not in names:
            raise IntegrityError(f"tree {tree}: node {names[run.info.run_id]!r} is an orphan")
        if ("" if parent == tree else names[parent]) != expected:
            raise IntegrityError(
                f"tree {tree}: node {names[run.info.run_id]!r} hangs below the wrong parent"
            )
        graph.add_edge(parent, run.info.run_id)
    if not nx.is_arborescence(graph):
        raise IntegrityError(f"the runs of tree {tree} form no tree")


def _name(run: "Run") -> str:
    name = str(run.data.tags.get(NODE, ""))
    if not NODE_NAME.fullmatch(name):
        raise IntegrityError(f"run {run.info.run_id} has no node name: its tags were changed")
    return name


def _node(registry: Registry, run: "Run") -> Node:
    name = _name(run)
    if COMMIT not in run.data.tags:
        return Node(
            name, (), 0, 0, None, None, None, None, run_id=run.info.run_id, status="unfinished"
        )
    try:
        node = node_from_dict(_document(registry, run, NODE_FILE, COMMIT))
    except (TypeError, KeyError, AttributeError) as error:
        raise IntegrityError(f"node {name!r}: {NODE_FILE} is no node record") from error
    if node.name != name:
        raise IntegrityError(f"node {name!r}: {NODE_FILE} is that of node {node.name!r}")
    return replace(node, run_id=run.info.run_id)


def _document(registry: Registry, run: "Run", name: str, tag: str) -> dict[str, Any]:
    try:
        document = json.loads(_fetch(registry, run, name, tag).read_text())
    except ValueError as error:
        raise IntegrityError(f"run {run.info.run_id}: {name} is no json") from error
    if not isinstance(document, dict):
        raise IntegrityError(f"run {run.info.run_id}: {name} is no json object")
    return document


def _fetch(registry: Registry, run: "Run", name: str, tag: str) -> Path:
    """Return a local copy of a run's file, checked against what its commit vouches for."""
    from mlflow.exceptions import MlflowException

    run_id = run.info.run_id
    try:
        expected = json.loads(run.data.tags[tag])["sha256"][name]
    except (KeyError, TypeError, ValueError) as error:
        raise IntegrityError(f"run {run_id}: its commit does not vouch for {name}") from error
    try:
        path = Path(registry.client.download_artifacts(run_id, name, _scratch()))
    except (MlflowException, OSError) as error:
        raise IntegrityError(
            f"run {run_id}: {name} is missing (was the registry moved without its artifacts?)"
        ) from error
    if file_sha256(path) != expected:
        raise IntegrityError(f"run {run_id}: {name} was changed after it was committed")
    return path


_folder: list[tempfile.TemporaryDirectory[str]] = []


def _scratch() -> str:
    """Return a folder for downloads that goes with the process."""
    if not _folder:
        _folder.append(tempfile.TemporaryDirectory(prefix="treemeta."))
    return tempfile.mkdtemp(dir=_folder[0].name)
