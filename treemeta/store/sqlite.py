"""A registry in one sqlite file: where it is, making it, and what is no registry."""

import fcntl
import os
import sqlite3
import tempfile
from pathlib import Path

from treemeta.errors import RegistryError, StorageError
from treemeta.store.client import connect, load_mlflow, of_sqlite

SQLITE = "sqlite:///"
TABLES = {"experiments", "runs", "tags", "alembic_version"}
PATIENCE = 1.5  # seconds for which a look waits while nobody writes
CHANGES = slice(24, 28)  # of the file's head: sqlite's count of what was written


def sqlite_path(uri: str) -> Path:
    """Return the file behind an ``sqlite:///`` address."""
    name = uri.removeprefix(SQLITE)
    # What follows a question mark would reach the database, but not the file's name.
    if name in ("", ":memory:") or "?" in os.path.abspath(name) or not name.isprintable():
        raise no_address(uri)
    return Path(name)


def create_sqlite(path: Path) -> None:
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
            connect(f"{SQLITE}{new}")
            os.replace(new, path)


def check_registry(path: Path) -> set[str]:
    """Return the tables of a registry, of whatever MLflow; raise ``RegistryError`` for a file that
    is none, which is not touched."""
    try:
        names = _tables(path)
    except (sqlite3.Error, UnicodeError) as error:
        code = getattr(error, "sqlite_errorname", "")
        if code == "SQLITE_READONLY_ROLLBACK":
            raise StorageError(
                f"{path} was being written when a process ended, and cannot be put right as it is "
                "write-protected: copy it with its journal to where it can be written"
            ) from error
        if code not in ("SQLITE_NOTADB", "SQLITE_CANTOPEN") and (known := of_sqlite(error, path)):
            raise known from error
        raise RegistryError(f"{path} is no registry ({error}): name another file") from error
    if not names >= TABLES:
        raise RegistryError(f"{path} is no registry (not made by MLflow): name another file")
    return names


def check_sqlite(path: Path) -> None:
    """Raise ``RegistryError`` unless a file is a registry that this MLflow would not change."""
    names = check_registry(path)
    load_mlflow()
    import mlflow.store.db.utils  # noqa: F401  which completes the list of tables
    from mlflow.store.db.base_sql_model import Base

    # MLflow would change a file that lacks any of its tables.
    if missing := Base.metadata.tables.keys() - names:
        raise RegistryError(
            f"{path} was made by an older MLflow (it lacks {len(missing)} tables): run 'treemeta "
            f"registry upgrade --tracking-uri {SQLITE}{path}', which keeps a copy"
        )


def _tables(path: Path) -> set[str]:
    """Return the names of a database's tables, as soon as those who write it in turn leave a gap;
    raises where one process holds it and writes nothing."""
    while True:
        changes = _changes(path)
        try:
            return _look(path)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or _changes(path) == changes:
                raise


def _look(path: Path) -> set[str]:
    # What a killed process left half written is undone first: that takes a connection that may
    # write, as this one does not otherwise.
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", timeout=PATIENCE, uri=True)
    try:
        rows = connection.execute("select name from sqlite_master where type = 'table'")
        return {name for (name,) in rows}
    finally:
        connection.close()


def _changes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(CHANGES.stop)[CHANGES]
    except OSError:
        return b""


def no_address(uri: str) -> RegistryError:
    """Return the error for what is no address of a registry."""
    return RegistryError(
        f"{uri!r} is no registry's address: let --tracking-uri, or MLFLOW_TRACKING_URI, be "
        f"{SQLITE}PATH or the http address of an MLflow server"
    )
