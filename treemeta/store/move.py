"""Making a registry that was copied or moved one of its own again."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from treemeta.errors import IntegrityError, RegistryError, StorageError
from treemeta.store.client import of_sqlite
from treemeta.store.place import folder_beside, place_beside
from treemeta.store.registry import open_registry
from treemeta.store.sqlite import sqlite_path

# Table, its key, and the column of addresses.
PLACES = (
    ("experiments", "experiment_id", "artifact_location"),
    ("runs", "run_uuid", "artifact_uri"),
    ("logged_models", "model_id", "artifact_location"),
    ("model_versions", "rowid", "source"),
    ("model_versions", "rowid", "storage_location"),
)


@dataclass(frozen=True)
class Moved:
    """Where a registry's files are now said to lie, and of how many experiments, runs, models and
    versions of registered ones that was said otherwise."""

    folder: Path
    experiments: int
    runs: int
    models: int
    versions: int


def move(uri: str) -> Moved:
    """Record that a registry's files lie beside its database; what was recorded of other registries
    is no more. Nothing is copied, and nothing else is changed.

    Raises ``RegistryError`` where there is no sqlite file, and ``IntegrityError`` where committed
    files are not beside it.
    """
    folder = folder_beside(uri)
    if folder is None:
        raise RegistryError(
            f"the registry at {uri} is on a server, which knows where its files are"
        )
    open_registry(uri)  # which says what is none
    path = sqlite_path(uri)
    try:
        with closing(sqlite3.connect(path, isolation_level="IMMEDIATE")) as database, database:
            counts = [_moved(database, uri, *place) for place in PLACES]
    except sqlite3.Error as error:
        raise of_sqlite(error, path) or StorageError(f"{path}: {error}") from error
    return Moved(folder, *counts[:-1])


def _moved(database: sqlite3.Connection, uri: str, table: str, key: str, column: str) -> int:
    rows = database.execute(f"select {key}, {column} from {table}").fetchall()
    found = {one: place_beside(uri, str(address)) for one, address in rows}
    places = {one: place for one, place in found.items() if place}
    if table == "runs":
        _check_there(database, places)
    database.executemany(
        f"update {table} set {column} = ? where {key} = ?",
        [(place.as_uri(), one) for one, place in places.items()],
    )
    return len(places)


def _check_there(database: sqlite3.Connection, places: dict[str, Path]) -> None:
    rows = database.execute("select distinct run_uuid from tags where key like 'treemeta.commit%'")
    missing = [one for (one,) in rows if one in places and not places[one].is_dir()]
    if missing:
        raise IntegrityError(
            f"the files of {len(missing)} runs, such as {missing[0]}, are not in "
            f"{places[missing[0]].parent.parent}: copy them there first"
        )
