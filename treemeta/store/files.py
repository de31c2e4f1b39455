"""The files of a run: committed together by one tag, and fetched only as it vouches for them."""

import errno
import json
import stat
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from treemeta.errors import IntegrityError, MachineError, RegistryError, unreadable
from treemeta.store.documents import json_text
from treemeta.store.durable import replace_file
from treemeta.store.place import ARTIFACTS, check_reach, folder_beside, local_path, place_beside
from treemeta.store.registry import Registry
from treemeta.store.runs import CHECKPOINT, NODE, committed_step, vouched
from treemeta.store.tensors import Arrays, arrays_bytes, bytes_sha256, file_sha256

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
    contents = {name: json_text(one, indent=1).encode() for name, one in documents.items()}
    contents |= {name: arrays_bytes(arrays) for name, arrays in tensors.items()}
    put(registry, run_id, contents)
    vouch(registry, run_id, tag, step, {name: bytes_sha256(one) for name, one in contents.items()})


def put(registry: Registry, run_id: str, contents: Mapping[str, bytes]) -> None:
    """Log files: beside the database on the disk when this returns, else by MLflow."""
    folder_of_run = _own_folder(registry, run_id)
    with tempfile.TemporaryDirectory() as folder:
        for name, content in contents.items():
            if folder_of_run:
                replace_file(folder_of_run / name, content)
            else:
                path = Path(folder) / name
                path.write_bytes(content)
                registry.client.log_artifact(run_id, str(path))


def vouch(registry: Registry, run_id: str, tag: str, step: int, digests: Mapping[str, str]) -> None:
    """Set the tag of a commit, of files that are there."""
    commit = {"step": step, "sha256": dict(digests)}
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
    digests, called = vouched(run, tag), partial(_called, run, tag)
    if name not in digests:
        raise IntegrityError(
            f"{called()}: its tag {tag} does not vouch for {name}: restore the tag"
        )
    expected = digests[name]
    path = _local(registry, run, name)
    if path is None:
        check_reach(registry.uri, run.info.artifact_uri, called())
    try:
        if path is None:
            path = Path(registry.client.download_artifacts(run.info.run_id, name, _scratch()))
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe or a device has no end
            raise FileNotFoundError(errno.ENOENT, "no file", str(path))
        digest = file_sha256(path)
    except ImportError as error:
        raise MachineError(f"{called()}: {name} cannot be fetched: {error}") from error
    except (RegistryError, OSError) as error:
        raise unreadable(f"{called()}: {name}", error) or IntegrityError(
            f"{called()}: {name} is missing: bring the registry's artifacts back where they were"
        ) from error
    if digest != expected:
        raise IntegrityError(
            f"{called()}: {name} was changed after it was committed: restore the file, or "
            + ("go on with --allow-fallback" if tag == CHECKPOINT else "see 'registry doctor'")
        )
    return path


def _called(run: "Run", tag: str) -> str:
    """Return what a user is told of which run it is: its id, and what node at what step."""
    name = run.data.tags.get(NODE)
    if name is None:
        return f"run {run.info.run_id}"
    step = committed_step(run, tag)
    at = "" if step is None else f", step {step}"
    return f"run {run.info.run_id} (node {name!r:.60}{at})"


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
