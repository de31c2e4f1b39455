"""Reading trees back from MLflow alone. What a registry holds is somebody else's input."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from treemeta.errors import IntegrityError
from treemeta.store.documents import parse_json, typed
from treemeta.store.files import fetch
from treemeta.store.records import Node, Point, Routed, Tree, path_order
from treemeta.store.registry import Registry
from treemeta.store.runs import (
    COMMIT,
    CONFIG_COMMIT,
    CONFIG_FILE,
    FORK_FILE,
    NODE,
    NODE_FILE,
    PARAMS_FILE,
    PROBING,
    SNAPSHOTS_FILE,
    TREE,
    TREE_FILE,
    runs_with,
    vouched,
)
from treemeta.store.structure import check_structure, check_tasks, node_name, without_twins
from treemeta.store.tensors import Arrays, arrays_sha256, load_arrays

if TYPE_CHECKING:
    from mlflow.entities import Run

T = TypeVar("T")


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
    routes: dict[str, Routed] = field(default_factory=dict)
    curve: tuple[Point, ...] = ()


def read_started(registry: Registry, tree: str) -> Started:
    """Return the config that a tree was started with, and the fingerprint of the machine."""
    return _started(registry, registry.client.get_run(tree))


def _started(registry: Registry, run: "Run") -> Started:
    return _document(registry, run, CONFIG_FILE, CONFIG_COMMIT, Started)


def read_tree(registry: Registry, tree: str) -> Tree:
    """Return a tree, rebuilt from its runs and their parent links.

    A node without a commit is listed as unfinished. Raises ``IntegrityError`` for twins, orphans,
    cycles, second roots and missing nodes, naming them, and for files that are not what was
    committed.
    """
    run = registry.client.get_run(tree)
    started = _started(registry, run)
    singles = without_twins(tree, list(runs_with(registry, TREE, tree)))
    check_structure(tree, singles)
    nodes = sorted(
        (read_node(registry, one) for one in singles.runs), key=lambda node: path_order(node.name)
    )
    finished = COMMIT in run.data.tags
    check_tasks(tree, nodes, finished)
    whole = _document(registry, run, TREE_FILE, COMMIT, Finished) if finished else None
    return Tree(
        id=tree,
        config=started.config,
        nodes=tuple(nodes),
        status="finished" if finished else "unfinished",
        test_accuracy=whole.test_accuracy if whole else {},
        summary=whole.summary if whole else {},
        routes=whole.routes if whole else {},
        curve=whole.curve if whole else (),
        machine=started.machine,
        name=run.info.run_name or "",
    )


def read_finished(registry: Registry, tree: str) -> Finished:
    """Return what a finished tree stores at its end."""
    return _document(registry, registry.client.get_run(tree), TREE_FILE, COMMIT, Finished)


def read_seconds(registry: Registry, tree: str) -> float:
    """Return the seconds that a tree's probes and deals took, on whatever machine that was."""
    return float(sum(p.value for p in registry.client.get_metric_history(tree, PROBING)))


def read_arrays(registry: Registry, node: Node) -> tuple[Arrays, Arrays | None]:
    """Return a node's parameters and, if it was stored with one, its fork, both checked."""
    run = registry.client.get_run(node.run_id)
    params = load_arrays(fetch(registry, run, PARAMS_FILE, COMMIT))
    if node.borrows:
        holder = _run_of(registry, run.data.tags.get(TREE, ""), node)
        params = load_arrays(fetch(registry, holder, PARAMS_FILE, COMMIT)) | params
    if arrays_sha256(params) != node.tensors_sha256:
        raise IntegrityError(
            f"run {node.run_id}: {PARAMS_FILE} holds other parameters than node {node.name!r} was "
            "stored with: restore the file"
        )
    if FORK_FILE not in vouched(run, COMMIT):
        return params, None
    return params, load_arrays(fetch(registry, run, FORK_FILE, COMMIT))


def _run_of(registry: Registry, tree: str, node: Node) -> "Run":
    """Return the run of the node that holds another's trunk."""
    for run in runs_with(registry, TREE, tree):
        if run.data.tags.get(NODE) == node.trunk:
            return run
    raise IntegrityError(
        f"run {node.run_id}: node {node.name!r} shares the convolutions of {node.trunk!r}, which "
        "has no run: restore it"
    )


def read_snapshots(registry: Registry, node: Node) -> Arrays:
    """Return a node's inits at points of the test curve, ``STEP/NAME`` to array; none where the
    config asked for none."""
    run = registry.client.get_run(node.run_id)
    if SNAPSHOTS_FILE not in vouched(run, COMMIT):
        return {}
    return load_arrays(fetch(registry, run, SNAPSHOTS_FILE, COMMIT))


def read_node(registry: Registry, run: "Run") -> Node:
    """Return what a run's node was stored as; without a commit, that it is unfinished."""
    name = node_name(run)
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
        return typed(parse_json(fetch(registry, run, name, tag).read_bytes()), kind)
    except (ValueError, TypeError, KeyError) as error:
        raise IntegrityError(
            f"run {run.info.run_id}: {name} holds no {kind.__name__.lower()} record of this "
            "version of treemeta: restore the file"
        ) from error
