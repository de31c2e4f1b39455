"""A version of a registered model, read back: its files, checked, and nothing of it run."""

import tempfile
from pathlib import Path
from typing import Any

from treemeta.errors import ConfigError, IntegrityError
from treemeta.store.client import refusal
from treemeta.store.documents import parse_json
from treemeta.store.models import FILES
from treemeta.store.place import check_reach, local_path, place_beside
from treemeta.store.registry import Registry
from treemeta.store.runs import COMMIT, CONFIG_FILE, PARAMS_FILE
from treemeta.store.tensors import Arrays, file_sha256, load_arrays


def fetch_model(registry: Registry, which: str) -> tuple[Arrays, Any]:
    """Return the parameters and the config of a registered model, ``NAME@ALIAS`` or
    ``NAME/VERSION``, checked against what its version vouches for. Nothing of it is run.

    Raises ``RegistryError`` where there is none, ``IntegrityError`` for files that were changed.
    """
    name, version = _version_of(registry, which)
    found = registry.client.get_model_version(name, version)
    address = str(registry.client.get_model_version_download_uri(name, version))
    check_reach(registry.uri, address, f"model {which!r}")
    with tempfile.TemporaryDirectory(prefix="treemeta.") as scratch:
        paths = {file: _file(registry, address, file, scratch) for file in FILES.values()}
        try:
            digests = parse_json(found.tags[COMMIT])["sha256"]
            whole = all(file_sha256(path) == digests[file] for file, path in paths.items())
            document = parse_json(paths[CONFIG_FILE].read_bytes())
        except (KeyError, TypeError, ValueError, OSError) as error:
            raise _changed(which) from error
        if not whole:
            raise _changed(which)
        return load_arrays(paths[PARAMS_FILE]), document


def _version_of(registry: Registry, which: str) -> tuple[str, str]:
    name, separator, rest = which.partition("@")
    if separator:
        return name, str(registry.client.get_model_version_by_alias(name, rest).version)
    name, _, rest = which.rpartition("/")
    if not rest.isdecimal():
        raise ConfigError(f"model {which!r} is neither NAME@ALIAS nor NAME/VERSION: name one")
    return name, rest


def _file(registry: Registry, address: str, file: str, scratch: str) -> Path:
    folder = place_beside(registry.uri, address) or local_path(address)
    if folder is not None:
        return folder / "artifacts" / file
    from mlflow.artifacts import download_artifacts
    from mlflow.exceptions import MlflowException

    where = f"{address}/artifacts/{file}"
    try:
        return Path(download_artifacts(where, dst_path=scratch, tracking_uri=registry.uri))
    except MlflowException as error:
        raise refusal(error, registry.uri, f"has no {file}") from error


def _changed(which: str) -> IntegrityError:
    return IntegrityError(
        f"the files of model {which!r} are not those that were registered: restore them, or "
        "register the node again"
    )
