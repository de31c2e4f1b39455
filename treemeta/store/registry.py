"""Opening a registry: MLflow's tracking store, by default one sqlite file beside its artifacts."""

import fcntl
import logging
import os
import re
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten
from typing import Any

from treemeta.errors import RegistryError, StorageError

DEFAULT_URI = "sqlite:///registry/mlflow.db"
DEFAULT_EXPERIMENT = "treemeta"
SQLITE = "sqlite:///"
SERVER = re.compile(r"(https?|databricks|postgresql|mysql|mssql)(\+\w+)?://.+")
LONGEST_REASON = 200
TABLES = {"experiments", "runs", "tags", "alembic_version"}
# For the first question to a server; MLflow's own patience is minutes.
QUICK = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1", "MLFLOW_HTTP_REQUEST_TIMEOUT": "20"}


class Client:
    """MLflow's client, with every refusal a ``RegistryError`` of one sentence."""

    def __init__(self, client: Any, uri: str):
        self._client, self._uri = client, uri

    def __getattr__(self, name: str) -> Callable[..., Any]:
        from mlflow.exceptions import MlflowException

        method = getattr(self._client, name)

        def call(*arguments: Any, **options: Any) -> Any:
            try:
                return method(*arguments, **options)
            except MlflowException as error:
                said = f"the registry at {self._uri} refuses {name}: {_first_sentence(error)}"
                raise RegistryError(said) from error

        return call


@dataclass(frozen=True)
class Registry:
    """An open registry."""

    client: Client
    uri: str


def open_registry(uri: str, create: bool = False) -> Registry:
    """Open the registry at an MLflow tracking URI; a missing sqlite file is made if ``create``.

    Raises ``RegistryError`` where there is none, or where a file is there that is something else;
    such a file is not touched.
    """
    if uri.startswith(SQLITE):
        path = sqlite_path(uri)
        try:
            if not path.exists():
                if not create:
                    raise RegistryError(
                        f"no registry at {path}: run 'treemeta train' here first, or name another "
                        "with --tracking-uri"
                    )
                _create_sqlite(path)
        except OSError as error:
            raise StorageError(
                f"registry {path} cannot be made ({error.strerror}): name another with "
                "--tracking-uri"
            ) from error
        _check_sqlite(path)
        # MLflow keeps what it opened by address, and a relative one is another file elsewhere.
        return Registry(_client(f"{SQLITE}{os.path.abspath(path)}"), uri)
    if not (SERVER.fullmatch(uri) and uri.isprintable()):
        raise _no_address(uri)
    return Registry(_client(uri), uri)


def sqlite_path(uri: str) -> Path:
    """Return the file behind an ``sqlite:///`` address."""
    name = uri.removeprefix(SQLITE)
    # What follows a question mark would reach the database, but not the file's name.
    if name in ("", ":memory:") or "?" in os.path.abspath(name) or not name.isprintable():
        raise _no_address(uri)
    return Path(name)


def experiment_id(registry: Registry, name: str) -> str:
    """Return the id of an experiment, made if it is new, its artifacts beside the sqlite file."""
    found = registry.client.get_experiment_by_name(name)
    if found is None:
        location = None
        if registry.uri.startswith(SQLITE):
            location = (sqlite_path(registry.uri).resolve().parent / "artifacts").as_uri()
        try:
            return str(registry.client.create_experiment(name, artifact_location=location))
        except RegistryError:
            # Another process may have been quicker.
            found = registry.client.get_experiment_by_name(name)
            if found is None:
                raise
    if found.lifecycle_stage != "active":
        raise RegistryError(f"experiment {name!r} is deleted: restore it or use --experiment NAME")
    return str(found.experiment_id)


def _no_address(uri: str) -> RegistryError:
    return RegistryError(
        f"--tracking-uri is {uri!r}: give {SQLITE}PATH or the http address of an MLflow server"
    )


def _load_mlflow() -> None:
    os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    import mlflow  # noqa: F401

    for noisy in ("mlflow", "alembic"):
        logging.getLogger(noisy).setLevel(logging.CRITICAL)


def _client(uri: str) -> Client:
    _load_mlflow()
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        with _defaults(QUICK):
            client = MlflowClient(tracking_uri=uri)
            client.search_experiments(max_results=1)
    except (MlflowException, SQLAlchemyError, ImportError, ValueError) as error:
        raise RegistryError(
            f"the registry at {uri} does not answer ({_first_sentence(error)}): start or repair "
            "it, or name another with --tracking-uri"
        ) from error
    return Client(client, uri)


@contextmanager
def _defaults(settings: dict[str, str]) -> Iterator[None]:
    """Set environment variables that are not set, for a while."""
    added = settings.keys() - os.environ.keys()
    os.environ.update({name: settings[name] for name in added})
    try:
        yield
    finally:
        for name in added:
            del os.environ[name]


def _first_sentence(error: Exception) -> str:
    said = str(error).strip() or type(error).__name__
    return shorten(said.splitlines()[0].partition(". ")[0], LONGEST_REASON, placeholder=" ...")


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
    _load_mlflow()
    import mlflow.store.db.utils  # noqa: F401  which completes the list of tables
    from mlflow.store.db.base_sql_model import Base

    # MLflow would change a file that lacks any of its tables.
    if missing := Base.metadata.tables.keys() - names:
        raise RegistryError(
            f"{path} was made by an older MLflow (it lacks {len(missing)} tables): copy it, then "
            "run 'mlflow db upgrade' on it"
        )
