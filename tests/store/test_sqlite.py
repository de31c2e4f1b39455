import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.trees import sentence
from treemeta.errors import IntegrityError, RegistryError, StorageError
from treemeta.store import sqlite
from treemeta.store.registry import open_registry
from treemeta.store.sqlite import TABLES, check_registry, sqlite_path


def everything(folder: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


def foreign(tables: str) -> bytes:
    connection = sqlite3.connect(":memory:")
    connection.executescript(tables)
    return connection.serialize()


MLFLOW_LIKE = "create table experiments(a); create table runs(a); create table tags(a);"


CREATE = """
import sys
from treemeta.store.registry import experiment_id, open_registry
registry = open_registry("sqlite:///new/registry/mlflow.db", create=True)
experiment_id(registry, "shared")
experiment_id(registry, sys.argv[1])
"""


def test_processes_may_create_one_registry_at_once(tmp_path: Path) -> None:
    running = [
        subprocess.Popen(
            [sys.executable, "-c", CREATE, name],
            cwd=tmp_path,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for name in ("one", "other")
    ]
    assert [(*one.communicate(), one.returncode) for one in running] == [("", "", 0)] * 2
    left = {path.name for path in (tmp_path / "new" / "registry").iterdir()}
    assert left == {"mlflow.db", ".mlflow.db.lock"}
    registry = open_registry(f"sqlite:///{tmp_path}/new/registry/mlflow.db")
    found = {one.name for one in registry.client.search_experiments()}
    assert found == {"Default", "shared", "one", "other"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is no registry (not made by MLflow)"),
        (b"hello", "is no registry (file is not a database)"),
        (b"hello world! " * 1000, "is no registry (file is not a database)"),
        (foreign("create table mine(a); insert into mine values (1)"), "not made by MLflow"),
        (foreign(MLFLOW_LIKE), "not made by MLflow"),
        (foreign(MLFLOW_LIKE + "create table alembic_version(a)"), "made by an older MLflow"),
    ],
)
@pytest.mark.parametrize("create", [False, True])
def test_a_file_that_is_something_else_is_not_touched(
    tmp_path: Path, content: bytes, reason: str, create: bool
) -> None:
    path = tmp_path / "mine.db"
    path.write_bytes(content)
    before = path.stat()
    with pytest.raises(RegistryError) as caught:
        open_registry(f"sqlite:///{path}", create)
    said = sentence(caught)
    assert said.startswith(f"{path} ")
    assert reason in said
    assert everything(tmp_path) == {"mine.db": content}
    assert path.stat().st_mtime_ns == before.st_mtime_ns


def test_a_folder_is_no_registry(tmp_path: Path) -> None:
    with pytest.raises(RegistryError) as caught:
        open_registry(f"sqlite:///{tmp_path}")
    assert f"{tmp_path} is no registry" in sentence(caught)


@pytest.mark.parametrize(
    "damage",
    [
        "update alembic_version set version_num = 'abc'",
        "delete from alembic_version",
        "drop table metrics",
        "alter table experiments rename column name to title",
    ],
)
def test_a_registry_of_another_mlflow_is_refused_untouched(
    tmp_path: Path, registry_template: Path, damage: str
) -> None:
    path = tmp_path / "mlflow.db"
    shutil.copy(registry_template, path)
    with sqlite3.connect(path) as connection:
        connection.execute(damage)
    connection.close()
    before = path.read_bytes()
    with pytest.raises(RegistryError) as caught:
        open_registry(f"sqlite:///{path}")
    assert str(path) in sentence(caught)
    assert path.read_bytes() == before


def test_half_a_registry_is_refused(tmp_path: Path, registry_template: Path) -> None:
    whole = registry_template.read_bytes()
    (tmp_path / "half.db").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(IntegrityError) as caught:
        open_registry(f"sqlite:///{tmp_path}/half.db")
    assert "half.db is damaged (" in sentence(caught)


FILLED = """
import os, sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("pragma cache_size=5")
database.execute("begin")
for number in range(3000):
    database.execute("insert into experiments(name) values (?)", ("x" * 500 + str(number),))
os.kill(os.getpid(), 9)
"""


@pytest.fixture
def killed(tmp_path: Path, registry_template: Path) -> Path:
    """A registry whose writer was killed: half of what it wrote is there, and SQLite's journal."""
    path = tmp_path / "mlflow.db"
    shutil.copy(registry_template, path)
    subprocess.run([sys.executable, "-c", FILLED, path])
    assert path.read_bytes() != registry_template.read_bytes()
    assert (tmp_path / "mlflow.db-journal").exists()
    return path


def test_what_a_killed_process_left_half_written_is_undone(
    killed: Path, registry_template: Path
) -> None:
    registry = open_registry(f"sqlite:///{killed}")
    assert [one.name for one in registry.client.search_experiments()] == ["Default"]
    assert everything(killed.parent) == {"mlflow.db": registry_template.read_bytes()}


def test_what_cannot_be_undone_is_told(killed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, before = sqlite3.connect, everything(killed.parent)

    def protected(address: str, **options: Any) -> sqlite3.Connection:
        return real(address.replace("mode=rw", "mode=ro"), **options)

    monkeypatch.setattr(sqlite3, "connect", protected)
    with pytest.raises(StorageError) as caught:
        open_registry(f"sqlite:///{killed}")
    assert "mlflow.db was being written when a process ended" in sentence(caught)
    assert everything(killed.parent) == before


def test_a_registry_that_is_locked_is_in_use(
    tmp_path: Path, registry_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mlflow.db"
    shutil.copy(registry_template, path)
    real = sqlite3.connect
    with real(path, isolation_level=None) as other:
        other.execute("begin exclusive")
        monkeypatch.setattr(sqlite3, "connect", lambda *a, **o: real(*a, **(o | {"timeout": 0.1})))
        with pytest.raises(RegistryError) as caught:
            open_registry(f"sqlite:///{path}")
    other.close()
    assert "mlflow.db is in use by another process: try again" in sentence(caught)


def test_a_registry_that_others_write_in_turn_is_waited_for(
    tmp_path: Path, registry_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, looks, look = tmp_path / "mlflow.db", list[int](), sqlite._look
    shutil.copy(registry_template, path)

    def locked_at_first(path: Path) -> set[str]:
        looks.append(1)
        if len(looks) > 3:
            return look(path)
        with sqlite3.connect(path) as other:  # what another process commits while this one waits
            other.execute("update experiments set name = ?", (str(len(looks)),))
        other.close()
        with sqlite3.connect(path, isolation_level=None) as other:
            other.execute("begin exclusive")
            return look(path)

    monkeypatch.setattr(sqlite, "_look", locked_at_first)
    monkeypatch.setattr(sqlite, "PATIENCE", 0.1)
    assert check_registry(path) >= TABLES
    assert len(looks) == 4


def test_opening_changes_no_byte(tmp_path: Path, registry_template: Path) -> None:
    shutil.copy(registry_template, tmp_path / "mlflow.db")
    open_registry(f"sqlite:///{tmp_path}/mlflow.db", create=True)
    assert everything(tmp_path) == {"mlflow.db": registry_template.read_bytes()}


def test_sqlite_paths() -> None:
    assert sqlite_path("sqlite:///a/b.db") == Path("a/b.db")
    assert sqlite_path("sqlite:////a/b.db") == Path("/a/b.db")
