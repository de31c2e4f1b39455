"""One MLflow server before a PostgreSQL of its own, for all tests here."""

import importlib.util
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.servers.running import free_port, mlflow_server, postgres, postgres_binaries


@dataclass(frozen=True)
class Store:
    """A database and a folder of files that servers may be started before, always at one port."""

    database: str
    files: Path
    port: int

    def served(self) -> AbstractContextManager[str]:
        return mlflow_server(self.database, self.files, self.port)


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    if (binaries := postgres_binaries()) is None:
        pytest.skip("there is no PostgreSQL here: apt-get install postgresql")
    if importlib.util.find_spec("psycopg2") is None:
        pytest.skip("there is no driver of PostgreSQL: pip install psycopg2-binary")
    files = tmp_path_factory.mktemp("server") / "files"
    files.mkdir()
    with postgres(binaries) as database:
        yield Store(database, files, free_port())


@pytest.fixture(scope="session")
def address(store: Store) -> Iterator[str]:
    with store.served() as address:
        yield address
