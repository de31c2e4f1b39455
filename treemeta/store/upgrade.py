"""Bringing a registry that an older MLflow made to the tables of the one that is installed."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from treemeta.errors import RegistryError, StorageError
from treemeta.store.client import of_sqlite, run_mlflow
from treemeta.store.registry import open_registry
from treemeta.store.sqlite import SQLITE, check_registry, sqlite_path


def upgrade(uri: str) -> Path:
    """Upgrade the registry in a sqlite file; return the copy of it that was made before. Where that
    fails, the file is what it was.

    Raises ``RegistryError`` where there is none, and ``StorageError`` where MLflow cannot do it.
    """
    if not uri.startswith(SQLITE):
        raise RegistryError(f"the registry at {uri} is on a server: run 'mlflow db upgrade' there")
    path = sqlite_path(uri).resolve()
    if not path.exists():
        raise RegistryError(f"no registry at {path}: name another with --tracking-uri")
    check_registry(path)
    moment = datetime.now(UTC).strftime("%Y-%m-%d-%H%M%S-%f")
    copy = path.with_name(f"{path.name}.{moment}.bak")
    try:
        _copy(path, copy)
    except (sqlite3.Error, OSError) as error:
        copy.unlink(missing_ok=True)
        raise of_sqlite(error, path) or StorageError(f"{copy} cannot be made: {error}") from error
    try:
        said = run_mlflow("db", "upgrade", f"{SQLITE}{path}")
    except BaseException:  # such as Ctrl-C: half an upgrade is none
        _copy(copy, path)
        raise
    if said:
        _copy(copy, path)
        raise StorageError(
            f"MLflow cannot upgrade {path} ({said!r}): it is as it was, and {copy} is a copy"
        )
    open_registry(uri)
    return copy


def _copy(source: Path, target: Path) -> None:
    """Copy a database, whatever was left half written in either."""
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)
