"""Reading trees back from MLflow alone. What a registry holds is somebody else's input."""

import math
import re
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from treemeta.errors import IntegrityError, MachineError, RegistryError
from treemeta.store.documents import parse_json, typed
from treemeta.store.records import ROOT, Node, Tree, path_order
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

T = TypeVar("T")
PARENT = "mlflow.parentRunId"
RUN_ID = re.compile(r"[0-9a-f]{1,32}")
NODE_NAME = re.compile(r"r[0-8]*")
START_OF_TIME = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Started:
    """What the tree run stores when it begins."""

    config: dict[str, Any]
    machine: dict[str, Any]


@dataclass(frozen=True)
class Finished:
    """What the tree run stores at its end."""

    test_accuracy: dict[str, float]
    summary: dict[str, float]
    hash: str


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
        accuracy = run.data.metrics.get("test/accuracy")
        rows.append(
            {
                "tree": run.info.run_id,
                "started": _moment(run.info.start_time),
                "status": "finished" if COMMIT in run.data.tags else "unfinished",
                "name": run.info.run_name,
                "accuracy": None if accuracy is None or math.isnan(accuracy) else accuracy,
            }
        )
    return rows


def _moment(milliseconds: int) -> str:
    try:
        moment = START_OF_TIME + timedelta(milliseconds=milliseconds)
    except OverflowError:
        moment = START_OF_TIME
    return moment.strftime("%Y-%m-%d %H:%M")


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
    return dict(vars(_document(registry, run, CONFIG_FILE, COMMIT + ".config", Started)))


def read_tree(registry: Registry, tree: str) -> Tree:
    """Return a tree, rebuilt from its runs and their parent links.

    A node without a commit is listed as unfinished. Raises ``IntegrityError`` for twins, orphans,
    cycles, second roots and missing nodes, naming them, and for files that are not what was
    committed.
    """
    run = registry.client.get_run(tree)
    config = read_config(registry, tree)["config"]
    runs = list(runs_with(registry, TREE, tree))
    check_structure(tree, runs)
    nodes = sorted((_node(registry, one) for one in runs), key=lambda node: path_order(node.name))
    finished = COMMIT in run.data.tags
    check_tasks(tree, nodes, finished)
    whole = _document(registry, run, TREE_FILE, COMMIT, Finished) if finished else None
    return Tree(
        id=tree,
        config=config,
        nodes=tuple(nodes),
        status="finished" if finished else "unfinished",
        test_accuracy=whole.test_accuracy if whole else {},
        summary=whole.summary if whole else {},
    )


def read_arrays(registry: Registry, node: Node) -> tuple[Arrays, Arrays | None]:
    """Return a node's parameters and, if it has children, its fork, both checked."""
    run = registry.client.get_run(node.run_id)
    params = load_arrays(_fetch(registry, run, PARAMS_FILE, COMMIT))
    if arrays_sha256(params) != node.tensors_sha256:
        raise IntegrityError(
            f"run {node.run_id}: {PARAMS_FILE} holds other parameters than node {node.name!r} was "
            "stored with: restore the file"
        )
    if not node.groups:
        return params, None
    return params, load_arrays(_fetch(registry, run, FORK_FILE, COMMIT))


def check_structure(tree: str, runs: list["Run"]) -> None:
    """Raise ``IntegrityError`` unless the runs' parent links make one tree that fits the names."""
    names = {run.info.run_id: _name(run) for run in runs}
    if twins := [name for name, count in Counter(names.values()).items() if count > 1]:
        raise IntegrityError(
            f"tree {tree} has several runs for each of {', '.join(twins)}: delete all but one"
        )
    for run in runs:
        name, parent = names[run.info.run_id], run.data.tags.get(PARENT, "")
        if parent != tree and parent not in names:
            raise IntegrityError(
                f"tree {tree}: node {name!r} is an orphan: restore run {parent!r} or delete run "
                f"{run.info.run_id}"
            )
        if ("" if parent == tree else names[parent]) != name[:-1]:
            raise IntegrityError(
                f"tree {tree}: node {name!r} hangs below the wrong parent: give run "
                f"{run.info.run_id} its own {PARENT} again"
            )


def check_tasks(tree: str, nodes: Sequence[Node], finished: bool) -> None:
    """Raise ``IntegrityError`` unless every node deals its tasks to children that have them; those
    of an unfinished tree may be missing or unfinished themselves."""
    given = {
        child: group
        for node in nodes
        for child, group in zip(node.children, node.groups, strict=True)
    }
    for node in nodes:
        if node.parent is not None and node.name not in given:
            raise IntegrityError(
                f"tree {tree}: node {node.name!r} is none of the children that its parent was "
                f"committed with: delete run {node.run_id}"
            )
    stored = {node.name: node for node in nodes if node.status == "finished"}
    for name, node in stored.items():
        dealt = chain(*node.groups) if node.groups else set(node.tasks)
        if not sorted(dealt) == sorted(node.tasks) == sorted(given.get(name, node.tasks)):
            raise IntegrityError(
                f"tree {tree}: the tasks of node {name!r} are not those of its parent's group, or "
                f"its groups not those of its tasks: delete run {node.run_id}"
            )
    if finished and (missing := {ROOT, *given} - stored.keys()):
        raise IntegrityError(
            f"tree {tree} is finished but lacks {', '.join(sorted(missing))}: restore their runs"
        )


def _name(run: "Run") -> str:
    name = str(run.data.tags.get(NODE, ""))
    if not NODE_NAME.fullmatch(name):
        raise IntegrityError(
            f"run {run.info.run_id} has {name!r} for a node name: set its tag {NODE} right"
        )
    return name


def _node(registry: Registry, run: "Run") -> Node:
    name = _name(run)
    if COMMIT not in run.data.tags:
        return Node(
            name, (), 0, 0, None, None, None, None, run_id=run.info.run_id, status="unfinished"
        )
    node = _document(registry, run, NODE_FILE, COMMIT, Node)
    if node.name != name:
        raise IntegrityError(
            f"run {run.info.run_id}: {NODE_FILE} is that of node {node.name!r}, its tag says "
            f"{name!r}: set the tag {NODE} right"
        )
    return replace(node, run_id=run.info.run_id, status="finished")


def _document(registry: Registry, run: "Run", name: str, tag: str, kind: type[T]) -> T:
    try:
        return typed(parse_json(_fetch(registry, run, name, tag).read_bytes()), kind)
    except (ValueError, TypeError, KeyError) as error:
        raise IntegrityError(
            f"run {run.info.run_id}: {name} holds no {kind.__name__.lower()} record of this "
            "version of treemeta: restore the file"
        ) from error


def _fetch(registry: Registry, run: "Run", name: str, tag: str) -> Path:
    """Return a local copy of a run's file, checked against what its commit vouches for."""
    run_id = run.info.run_id
    try:
        expected = parse_json(run.data.tags[tag])["sha256"][name]
    except (KeyError, TypeError, ValueError) as error:
        raise IntegrityError(
            f"run {run_id}: its tag {tag} does not vouch for {name}: restore the tag"
        ) from error
    try:
        path = Path(registry.client.download_artifacts(run_id, name, _scratch()))
        found = file_sha256(path)
    except ImportError as error:
        raise MachineError(f"run {run_id}: {name} cannot be fetched: {error}") from error
    except (RegistryError, OSError) as error:
        raise IntegrityError(
            f"run {run_id}: {name} is missing: bring the registry's artifacts back where they were"
        ) from error
    if found != expected:
        raise IntegrityError(
            f"run {run_id}: {name} was changed after it was committed: restore the file"
        )
    return path


_folder: list[tempfile.TemporaryDirectory[str]] = []


def _scratch() -> str:
    """Return a folder for downloads that goes with the process."""
    if not _folder:
        _folder.append(tempfile.TemporaryDirectory(prefix="treemeta."))
    return tempfile.mkdtemp(dir=_folder[0].name)
