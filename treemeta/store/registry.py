"""Opening a registry: MLflow's tracking store, by default one sqlite file beside its artifacts."""

import fcntl
import logging
import os
import sqlite3
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from treemeta.errors import RegistryError

if TYPE_CHECKING:
    from mlflow import MlflowClient

DEFAULT_URI = "sqlite:///registry/mlflow.db"
DEFAULT_EXPERIMENT = "treemeta"
SQLITE = "sqlite:///"
TABLES = {"experiments", "runs", "tags", "alembic_version"}


@dataclass(frozen=True)
class Registry:
    """An open registry."""

    client: "MlflowClient"
    uri: str


def open_registry(uri: str, create: bool = False) -> Registry:
    """Open the registry at an MLflow tracking URI; a missing sqlite file is made if ``create``.

    Raises ``RegistryError`` where there is none, or where a file is there that is something else;
    such a file is not touched.
    """
    if uri.startswith(SQLITE):
        path = sqlite_path(uri)
        if not path.exists():
            if not create:
                raise RegistryError(
                    f"no registry at {path}: run 'treemeta train' here first, or name another "
                    "with --tracking-uri"
                )
            _create_sqlite(path)
        _check_sqlite(path)
    elif "://" not in uri:
        raise RegistryError(
            f"--tracking-uri is {uri!r}: give {SQLITE}PATH or the http address of an MLflow server"
        )
    return Registry(_client(uri), uri)


def sqlite_path(uri: str) -> Path:
    """Return the file behind an ``sqlite:///`` address."""
    return Path(uri.removeprefix(SQLITE))


def experiment_id(registry: Registry, name: str) -> str:
    """Return the id of an experiment, made if it is new, its artifacts beside the sqlite file."""
    from mlflow.exceptions import MlflowException

    try:
        found = registry.client.get_experiment_by_name(name)
        if found is None:
            location = None
            if registry.uri.startswith(SQLITE):
                location = (sqlite_path(registry.uri).resolve().parent / "artifacts").as_uri()
            return str(registry.client.create_experiment(name, artifact_location=location))
    except MlflowException as error:
        raise RegistryError(f"experiment {name!r} in {registry.uri}: {error.message}") from error
    if found.lifecycle_stage != "active":
        raise RegistryError(f"experiment {name!r} is deleted: restore it or use --experiment NAME")
    return str(found.experiment_id)


def _client(uri: str) -> "MlflowClient":
    os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException

    for noisy in ("mlflow", "alembic"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    try:
        client = MlflowClient(tracking_uri=uri)
        client.search_experiments(max_results=1)
    except (MlflowException, ImportError) as error:
        raise RegistryError(f"the registry at {uri} does not answer: {error}") from error
    return client


def _create_sqlite(path: Path) -> None:
    """Make the sqlite file under another name and move it into place.

    Processes that open a new store at once, or are killed while they do, leave it broken.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path.parent / f".{path.name}.lock", "w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if path.exists():
            return
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".new.") as folder:
            new = Path(folder) / path.name
            _client(f"{SQLITE}{new}")
            os.replace(new, path)


def _check_sqlite(path: Path) -> None:
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        try:
            rows = connection.execute("select name from sqlite_master where type = 'table'")
            names = {name for (name,) in rows}
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise RegistryError(f"{path} is no registry ({error}): name another file") from error
    if not names >= TABLES:
        raise RegistryError(f"{path} is no registry (not made by MLflow): name another file")
