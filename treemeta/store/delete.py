"""Deleting a tree for good: its runs, with all that they logged, and their files."""

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from treemeta.errors import StorageError
from treemeta.store.client import run_mlflow
from treemeta.store.owner import owned
from treemeta.store.place import check_place, local_path
from treemeta.store.registry import Registry
from treemeta.store.runs import NODE, TREE, runs_with
from treemeta.store.sqlite import SQLITE, sqlite_path

if TYPE_CHECKING:
    from mlflow.entities import Run


@dataclass(frozen=True)
class Doomed:
    """What would be deleted with a tree: its runs, the deepest nodes first and the tree's own last,
    so that a deletion cut short leaves a tree to delete; the folders that are these runs' own; and
    how many bytes those hold."""

    tree: str
    name: str
    runs: tuple[str, ...]
    folders: tuple[Path, ...]
    bytes: int

    @property
    def elsewhere(self) -> int:
        """The number of runs whose files are left: on a server, or in a place that is not theirs
        alone."""
        return len(self.runs) - len(self.folders)


def doomed(registry: Registry, tree: str) -> Doomed:
    """Return what there is of a tree; raises ``RegistryError`` for one of another registry."""
    whole = registry.client.get_run(tree)
    check_place(registry.uri, whole.info.artifact_uri)
    nodes = sorted(
        runs_with(registry, TREE, tree, deleted=True),  # by a deletion that was cut short
        key=lambda run: -len(run.data.tags.get(NODE, "")),
    )
    runs = [*nodes, whole]
    folders = [folder for run in runs if (folder := _own_folder(registry, run))]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    ids = tuple(run.info.run_id for run in runs)
    return Doomed(tree, whole.info.run_name, ids, tuple(folders), size)


def _own_folder(registry: Registry, run: "Run") -> Path | None:
    """Return the folder of a run's files if it lies where its experiment keeps them, under its id:
    any other address may have been written by anybody."""
    if not registry.uri.startswith(SQLITE):
        return None
    experiment = registry.client.get_experiment(run.info.experiment_id)
    place, path = local_path(experiment.artifact_location), local_path(run.info.artifact_uri)
    return path if place and path == place / run.info.run_id / "artifacts" else None


def delete_tree(registry: Registry, what: Doomed) -> None:
    """Delete the runs of a tree, and what a registry in a sqlite file holds of them, for good. On a
    server they are marked as deleted, which ``mlflow gc`` makes final there.

    Raises ``RegistryError`` while somebody trains the tree.
    """
    with owned(registry, what.tree):
        for run in what.runs:
            if registry.client.get_run(run).info.lifecycle_stage == "active":
                registry.client.delete_run(run)
        if not what.elsewhere:
            _collect(registry, what)


def _collect(registry: Registry, what: Doomed) -> None:
    uri = f"{SQLITE}{sqlite_path(registry.uri).resolve()}"
    where = ("--backend-store-uri", uri, "--tracking-uri", uri)
    if said := run_mlflow("gc", *where, "--run-ids", ",".join(what.runs)):
        raise StorageError(
            f"tree {what.tree} is deleted, but not for good ({said!r}): run 'mlflow gc'"
        )
    for folder in what.folders:
        with contextlib.suppress(OSError):  # somebody else put something there
            folder.parent.rmdir()
