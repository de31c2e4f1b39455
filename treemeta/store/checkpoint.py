"""The checkpoint of a tree: what is trained of its unfinished nodes, beside the tree's config.

Its files are named by what they hold, so that a new checkpoint never touches what the tag of the
last one vouches for: whoever is killed in between has the last one.
"""

import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any

from treemeta.errors import IntegrityError, RegistryError
from treemeta.store.documents import json_text, parse_json
from treemeta.store.files import fetch, put, vouch
from treemeta.store.registry import Registry
from treemeta.store.runs import CHECKPOINT, vouched
from treemeta.store.tensors import Arrays, arrays_bytes, bytes_sha256, load_arrays

PREFIX, INDEX, TENSORS = "checkpoint-", ".json", ".safetensors"
NAME = re.compile(r"checkpoint-[0-9a-f]{64}\.(json|safetensors)")
FILES = "files"  # in the document: which entry's tensors lie in which file


def write_checkpoint(
    registry: Registry, tree: str, document: Mapping[str, Any], tensors: Mapping[str, Arrays]
) -> None:
    """Commit a document and the tensors of its entries in the place of the last checkpoint."""
    contents, files = dict[str, bytes](), {}
    for entry, arrays in tensors.items():
        content = arrays_bytes(arrays)
        files[entry] = PREFIX + bytes_sha256(content) + TENSORS
        contents[files[entry]] = content
    text = json_text({**document, FILES: files}).encode()
    contents[PREFIX + bytes_sha256(text) + INDEX] = text
    before = vouched(registry.client.get_run(tree), CHECKPOINT)
    put(registry, tree, {name: one for name, one in contents.items() if name not in before})
    vouch(registry, tree, CHECKPOINT, 0, {n: bytes_sha256(one) for n, one in contents.items()})
    _remove(registry, tree, contents)


def read_checkpoint(registry: Registry, tree: str) -> tuple[dict[str, Any], dict[str, Arrays]]:
    """Return the document of a checkpoint and the tensors of its entries; nothing where there is
    none. Raises ``IntegrityError`` for one that is not what was written."""
    run = registry.client.get_run(tree)
    names = vouched(run, CHECKPOINT)
    if CHECKPOINT not in run.data.tags:
        return {}, {}
    try:
        (index,) = (name for name in names if name.endswith(INDEX) and NAME.fullmatch(name))
        document = parse_json(fetch(registry, run, index, CHECKPOINT).read_bytes())
        files = document.pop(FILES)
        if not all(NAME.fullmatch(name) for name in files.values()):
            raise ValueError("files that are no checkpoint's")
        paths = {entry: fetch(registry, run, name, CHECKPOINT) for entry, name in files.items()}
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise IntegrityError(
            f"run {tree}: its tag {CHECKPOINT} vouches for no checkpoint: restore the tag"
        ) from error
    return document, {entry: load_arrays(path) for entry, path in paths.items()}


def drop_checkpoint(registry: Registry, tree: str) -> None:
    """Remove the checkpoint of a tree, if there is one."""
    if CHECKPOINT in registry.client.get_run(tree).data.tags:
        registry.client.delete_tag(tree, CHECKPOINT)
    _remove(registry, tree, ())


def _remove(registry: Registry, tree: str, kept: Collection[str]) -> None:
    """Remove the files of checkpoints but for those that are kept, also what a killed process left
    of them, wherever MLflow can."""
    from mlflow.exceptions import MlflowException
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    stale = [one.path for one in registry.client.list_artifacts(tree)]
    stale = [name for name in stale if name.startswith(PREFIX) and name not in kept]
    if not stale:
        return
    address = registry.client.get_run(tree).info.artifact_uri
    with suppress(MlflowException, RegistryError, NotImplementedError, OSError):
        files = get_artifact_repository(address, tracking_uri=registry.uri)
        for name in stale:
            files.delete_artifacts(name)  # type: ignore[no-untyped-call]
