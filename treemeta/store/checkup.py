"""A registry looked over: what is wrong with it, tree by tree, and what would mend it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from treemeta.errors import TreemetaError
from treemeta.store.checkpoint import read_checkpoint
from treemeta.store.files import fetch
from treemeta.store.owner import is_owned
from treemeta.store.place import is_foreign
from treemeta.store.read import read_arrays, read_node, read_started, read_tree
from treemeta.store.records import CONSENSUS, path_order
from treemeta.store.registry import Registry
from treemeta.store.runs import (
    BEGINNING,
    CHECKPOINT,
    COMMIT,
    CONFIG_COMMIT,
    KIND,
    NODE,
    TREE,
    runs_with,
    vouched,
)
from treemeta.store.structure import PARENT, without_twins

if TYPE_CHECKING:
    from mlflow.entities import Run

MOVE, REMOVE, END, REGROW, FORGET = "moved", "removed", "ended", "grown again", "forgotten"


@dataclass(frozen=True)
class Finding:
    """Something wrong: with which tree, or with a run that belongs to none; one sentence; and what
    is done to mend it, nothing where only its owner can."""

    tree: str
    runs: tuple[str, ...]
    said: str
    mends: str = ""


def look_over(registry: Registry) -> Iterator[Finding]:
    """Yield what is wrong with a registry. Trees that are being trained are left alone."""
    every = list(runs_with(registry, KIND, "tree"))
    if elsewhere := [run for run in every if is_foreign(registry.uri, run.info.artifact_uri)]:
        said = f"{len(elsewhere)} trees are said to be in the registry that this was copied from"
        yield Finding("", tuple(run.info.run_id for run in elsewhere), said, MOVE)
    trees = {run.info.run_id for run in every if CONFIG_COMMIT in run.data.tags}
    begun = [*every, *runs_with(registry, KIND, BEGINNING)]
    owned = {run.info.run_id for run in begun if is_owned(registry, run.info.run_id)}
    for run in begun:
        if run.info.run_id not in trees | owned:
            said = "its training was killed before there was a tree"
            yield Finding("", (run.info.run_id,), said, REMOVE)
    for run in every:
        if run.info.run_id in trees - owned:
            yield from look_at(registry, run)
    nodes = runs_with(registry, KIND, "node")
    if lost := [run for run in nodes if run.data.tags.get(TREE) not in trees | owned]:
        said = f"{len(lost)} nodes are of trees that are deleted or were never here"
        yield Finding("", tuple(run.info.run_id for run in lost), said, REMOVE)


def look_at(registry: Registry, run: "Run") -> Iterator[Finding]:
    """Yield what is wrong with a tree that nobody trains."""
    tree = run.info.run_id
    if run.info.status == "RUNNING":
        yield Finding(tree, (tree,), "it is said to be running, but nobody trains it", END)
    nodes = list(runs_with(registry, TREE, tree))
    if COMMIT not in run.data.tags:
        left = tuple(one.info.run_id for one in nodes if COMMIT not in one.data.tags)
        if left:
            said = f"{len(left)} runs are of nodes that were killed while they were stored"
            yield Finding(tree, left, said, REMOVE)
    elif CHECKPOINT in run.data.tags:
        said = "it is finished, and has a checkpoint all the same"
        yield Finding(tree, (tree,), said, FORGET)
    try:
        read_checkpoint(registry, tree)
    except TreemetaError as error:
        yield Finding(tree, (tree,), str(error), FORGET)
    try:
        if more := copies(tree, nodes):
            said = f"{len(more)} runs are second copies of its nodes"
            yield Finding(tree, tuple(more), said, REMOVE)
        stored = read_tree(registry, tree)
        for node in stored.nodes:
            if node.status == "finished" and not stored.is_consensus:
                read_arrays(registry, node)
    except TreemetaError as error:
        yield Finding(tree, unsound(registry, tree, nodes), str(error), _mends(registry, tree))


def copies(tree: str, nodes: list["Run"]) -> dict[str, str]:
    """Return the runs that are second copies of nodes, each with the run that is kept."""
    kept = without_twins(tree, nodes).kept
    return {run: one for run, one in kept.items() if run != one}


def _mends(registry: Registry, tree: str) -> str:
    """Return what mends a tree that cannot be read: to grow it again, if it is known how."""
    try:
        arm = read_started(registry, tree).config.get("arm")
    except TreemetaError:
        return ""
    return "" if arm == CONSENSUS else REGROW


def unsound(registry: Registry, tree: str, nodes: list["Run"]) -> tuple[str, ...]:
    """Return the runs of nodes that cannot be read, or that hang below one of these or below none:
    all that a tree's training would have to make anew."""
    names = {run.info.run_id: str(run.data.tags.get(NODE, "")) for run in nodes} | {tree: ""}
    sound, bad = {""}, []
    for run in sorted(nodes, key=lambda one: path_order(names[one.info.run_id])):
        name = names[run.info.run_id]
        parent = names.get(run.data.tags.get(PARENT, ""))
        well_placed = parent in sound and parent == name[:-1] and name not in sound
        if well_placed and _can_be_read(registry, run):
            sound.add(name)
        else:
            bad.append(run.info.run_id)
    return tuple(bad)


def _can_be_read(registry: Registry, run: "Run") -> bool:
    try:
        node = read_node(registry, run)
        for file in vouched(run, COMMIT):
            fetch(registry, run, file, COMMIT)
        if node.status == "finished":
            read_arrays(registry, node)
    except TreemetaError:
        return False
    return node.status == "finished"
