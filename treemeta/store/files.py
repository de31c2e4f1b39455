"""The files of a run: committed together by one tag, and fetched only as it vouches for them."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from treemeta.errors import IntegrityError, MachineError, RegistryError, unreadable
from treemeta.store.documents import json_text
from treemeta.store.durable import replace_file
from treemeta.store.place import ARTIFACTS, folder_beside, local_path, place_beside
from treemeta.store.registry import Registry
from treemeta.store.runs import vouched
from treemeta.store.tensors import Arrays, file_sha256, save_arrays

if TYPE_CHECKING:
    from mlflow.entities import Run


def commit(
    registry: Registry,
    run_id: str,
    documents: Mapping[str, Any],
    tensors: Mapping[str, Arrays],
    tag: str,
    step: int,
) -> None:
    """Log files, then set the tag that vouches for every one of them by its sha256."""
    digests, folder_of_run = {}, _own_folder(registry, run_id)
    with tempfile.TemporaryDirectory() as folder:
        for name, document in documents.items():
            (Path(folder) / name).write_text(json_text(document, indent=1), encoding="utf-8")
        for name, arrays in tensors.items():
            save_arrays(arrays, Path(folder) / name)
        for name in (*documents, *tensors):
            path = Path(folder) / name
            digests[name] = file_sha256(path)
            if folder_of_run:
                replace_file(folder_of_run / name, path.read_bytes())
            else:
                registry.client.log_artifact(run_id, str(path))
    commit = {"step": step, "sha256": digests}
    registry.client.set_tag(run_id, tag, json.dumps(commit))


def _own_folder(registry: Registry, run_id: str) -> Path | None:
    """Return the folder of a run's files beside the database, made if it is not there: what is
    committed must have reached the disk, which MLflow's copies need not."""
    beside = folder_beside(registry.uri)
    if beside is None:
        return None
    path = local_path(registry.client.get_run(run_id).info.artifact_uri)
    if path is None or path.resolve() != beside / run_id / ARTIFACTS:
        return None
    path.mkdir(parents=True, exist_ok=True)
    return path


def fetch(registry: Registry, run: "Run", name: str, tag: str) -> Path:
    """Return a local copy of a run's file, checked against what its commit vouches for."""
    run_id, digests = run.info.run_id, vouched(run, tag)
    if name not in digests:
        raise IntegrityError(
            f"run {run_id}: its tag {tag} does not vouch for {name}: restore the tag"
        )
    expected = digests[name]
    try:
        path = _local(registry, run, name)
        if path is None:
            path = Path(registry.client.download_artifacts(run_id, name, _scratch()))
        digest = file_sha256(path)
    except ImportError as error:
        raise MachineError(f"run {run_id}: {name} cannot be fetched: {error}") from error
    except (RegistryError, OSError) as error:
        raise unreadable(f"run {run_id}: {name}", error) or IntegrityError(
            f"run {run_id}: {name} is missing: bring the registry's artifacts back where they were"
        ) from error
    if digest != expected:
        raise IntegrityError(
            f"run {run_id}: {name} was changed after it was committed: restore the file"
        )
    return path


def _local(registry: Registry, run: "Run", name: str) -> Path | None:
    """Return where a run's file lies on this machine, if it does: MLflow takes ten milliseconds to
    copy it, and trees have thousands of nodes.

    A registry that was copied or moved still names the old place: beside the database comes first.
    """
    path = place_beside(registry.uri, run.info.artifact_uri) or local_path(run.info.artifact_uri)
    return path and path / name


_folder: list[tempfile.TemporaryDirectory[str]] = []


def _scratch() -> str:
    """Return a folder for downloads that goes with the process."""
    if not _folder:
        _folder.append(tempfile.TemporaryDirectory(prefix="treemeta."))
    return tempfile.mkdtemp(dir=_folder[0].name)
