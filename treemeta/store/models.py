"""Nodes in MLflow's model registry, as models from code: parameters, their config and a file of
Python that imports treemeta; nothing is pickled."""

import re
import tempfile
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from treemeta.errors import ConfigError, RegistryError
from treemeta.store.client import environment
from treemeta.store.documents import json_text
from treemeta.store.find import experiment_of
from treemeta.store.notes import version_note
from treemeta.store.records import Node
from treemeta.store.registry import Registry
from treemeta.store.runs import COMMIT, CONFIG_FILE, NODE, PARAMS_FILE, TREE
from treemeta.store.tensors import Arrays, arrays_bytes, bytes_sha256

PARAMS, CONFIG = "params", "config"  # what MLflow calls a model's two files
FILES = {PARAMS: PARAMS_FILE, CONFIG: CONFIG_FILE}
REQUIRED = ("mlflow", "numpy", "safetensors", "torch", "treemeta")
NAME = re.compile(r"[^\s/:.@][^/:@]*")
ALIAS = re.compile(r"(?!v\d+$|latest$)[\w\-]+", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True)
class Registered:
    """A version of a registered model, and the address by which MLflow loads it."""

    name: str
    version: int
    uri: str


def check_names(name: str, alias: str | None) -> None:
    """Raise ``ConfigError`` for names that MLflow's model registry does not take."""
    if not (NAME.fullmatch(name) and name.isprintable()):
        raise ConfigError(f"--name is {name!r}: give a name without / : and @")
    if alias is not None and not ALIAS.fullmatch(alias):
        raise ConfigError(
            f"--alias is {alias!r}: give letters, digits, - or _, but neither latest nor v and a "
            "number"
        )


@dataclass(frozen=True)
class Model:
    """What is registered: the parameters, what else there is to say as json, the file of code that
    serves them, and the names, types and shapes of what it is asked and what it answers."""

    params: Arrays
    config: Mapping[str, Any]
    code: Path
    asked: Mapping[str, tuple[type, tuple[int, ...]]]
    answered: Mapping[str, tuple[type, tuple[int, ...]]]


def register(
    registry: Registry, tree: str, node: Node, model: Model, name: str, alias: str | None
) -> Registered:
    """Register a node's model as a new version of ``name``, and give it an alias, if any, last.

    Its files lie beside those of the runs, and stay when the tree is deleted.
    """
    check_names(name, alias)
    where, client = experiment_of(registry, tree), registry.client
    contents = {
        PARAMS_FILE: arrays_bytes(model.params),
        CONFIG_FILE: json_text(dict(model.config), indent=1).encode(),
    }
    digests = {file: bytes_sha256(content) for file, content in contents.items()}
    tags = {TREE: tree, NODE: node.name, COMMIT: json_text({"sha256": digests}).strip()}
    logged = client.create_logged_model(where, name=name, source_run_id=node.run_id, tags=tags)
    with tempfile.TemporaryDirectory(prefix="treemeta.") as folder:
        saved = _save(Path(folder), model, contents, logged)
        client.log_model_artifacts(logged.model_id, str(saved))
    client.finalize_logged_model(logged.model_id, "READY")
    _ensure(registry, name)
    made = client.create_model_version(
        name,
        source=logged.artifact_location,
        run_id=node.run_id,
        tags=tags,
        model_id=logged.model_id,
        description=version_note(node, tree, where),
    )
    if alias:
        client.set_registered_model_alias(name, alias, made.version)
    uri = f"models:/{name}@{alias}" if alias else f"models:/{name}/{made.version}"
    return Registered(name, int(made.version), uri)


def _save(folder: Path, model: Model, contents: Mapping[str, bytes], logged: Any) -> Path:
    import numpy as np
    from mlflow.models import Model as Metadata
    from mlflow.models import ModelSignature
    from mlflow.pyfunc import save_model
    from mlflow.types import Schema, TensorSpec

    for file, content in contents.items():
        (folder / file).write_bytes(content)
    asked, answered = (
        Schema([TensorSpec(np.dtype(kind), shape, name) for name, (kind, shape) in specs.items()])
        for specs in (model.asked, model.answered)
    )
    # MLflow copies the files of a uv project that it finds in the working directory.
    with environment({"MLFLOW_UV_AUTO_DETECT": "false"}), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # it would have an example beside a signature
        save_model(
            path=str(folder / "model"),
            python_model=str(model.code),
            artifacts={key: str(folder / file) for key, file in FILES.items()},
            pip_requirements=[f"{package}=={version(package)}" for package in REQUIRED],
            signature=ModelSignature(asked, answered),
            mlflow_model=Metadata(
                artifact_path=logged.artifact_location,
                model_uuid=logged.model_id,
                model_id=logged.model_id,
                run_id=logged.source_run_id,
            ),
        )
    return folder / "model"


def _ensure(registry: Registry, name: str) -> None:
    """Make a registered model, unless there is one of that name."""
    from mlflow.exceptions import MlflowException

    try:
        registry.client.create_registered_model(name)
    except RegistryError as error:
        code = getattr(error.__cause__, "error_code", "")
        if not isinstance(error.__cause__, MlflowException) or code != "RESOURCE_ALREADY_EXISTS":
            raise
