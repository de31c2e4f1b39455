"""Opening a registry: MLflow's tracking store, by default one sqlite file beside its artifacts."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass

from treemeta.errors import ConfigError, RegistryError, StorageError, brief
from treemeta.store.client import Client, connect
from treemeta.store.place import check_place, check_reach, folder_beside
from treemeta.store.sqlite import SQLITE, check_sqlite, create_sqlite, no_address, sqlite_path

DEFAULT_URI = "sqlite:///registry/mlflow.db"
DEFAULT_EXPERIMENT = "treemeta"
SERVER = re.compile(r"(https?|databricks|postgresql|mysql|mssql)(\+\w+)?://.+")


@dataclass(frozen=True)
class Registry:
    """An open registry."""

    client: Client
    uri: str

    def __reduce__(self) -> tuple[Callable[[str], "Registry"], tuple[str]]:
        """Let another process, or a copy, open it for itself."""
        return open_registry, (self.uri,)


def address_of(uri: str | None) -> str:
    """Return the registry's address: what is given beats environment beats default."""
    return uri or os.environ.get("MLFLOW_TRACKING_URI") or DEFAULT_URI


def lasting_address(given: object) -> str:
    """Return the registry's address as a program gives it, which may be a path of a file, so that
    it means the same wherever this process goes; raise ``ConfigError`` for what is none."""
    if isinstance(given, os.PathLike):
        given = f"{SQLITE}{os.fspath(given)}"
    if given is not None and not isinstance(given, str):
        raise ConfigError(
            f"tracking_uri is {brief(given)}: give {SQLITE}PATH, a path, or the http address of an "
            "MLflow server"
        )
    uri = address_of(given)
    return f"{SQLITE}{os.path.abspath(sqlite_path(uri))}" if uri.startswith(SQLITE) else uri


def experiment_named(name: str | None) -> str:
    """Return the MLflow experiment's name: what is given beats environment beats default."""
    return name or os.environ.get("MLFLOW_EXPERIMENT_NAME") or DEFAULT_EXPERIMENT


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
                create_sqlite(path)
        except OSError as error:
            raise StorageError(
                f"registry {path} cannot be made ({error.strerror}): name another with "
                "--tracking-uri"
            ) from error
        check_sqlite(path)
        # MLflow keeps what it opened by address, and a relative one is another file elsewhere.
        return Registry(connect(f"{SQLITE}{os.path.abspath(path)}"), uri)
    if not (SERVER.fullmatch(uri) and uri.isprintable()):
        raise no_address(uri)
    return Registry(connect(uri), uri)


def experiment_id(registry: Registry, name: str) -> str:
    """Return the id of an experiment, made if it is new, its artifacts beside the sqlite file."""
    experiment = registry.client.get_experiment_by_name(name)
    if experiment is None:
        beside = folder_beside(registry.uri)
        location = beside.as_uri() if beside else None
        try:
            return str(registry.client.create_experiment(name, artifact_location=location))
        except RegistryError:
            # Another process may have been quicker.
            experiment = registry.client.get_experiment_by_name(name)
            if experiment is None:
                raise
    if experiment.lifecycle_stage != "active":
        raise RegistryError(f"experiment {name!r} is deleted: restore it or use --experiment NAME")
    check_place(registry.uri, experiment.artifact_location)
    check_reach(registry.uri, experiment.artifact_location, f"experiment {name!r}")
    return str(experiment.experiment_id)
