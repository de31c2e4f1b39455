import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.store.test_sqlite import everything
from tests.trees import sentence
from treemeta.errors import RegistryError, StorageError
from treemeta.store.registry import open_registry
from treemeta.store.upgrade import upgrade

# As an MLflow made them of six migrations ago. In a process of its own: alembic sets up logging.
OLDER = """
import sys, sqlalchemy
from alembic import command
from alembic.script import ScriptDirectory
from mlflow.store.db.utils import _get_alembic_config
from mlflow.store.tracking.dbmodels.initial_models import Base
uri = sys.argv[1]
Base.metadata.create_all(sqlalchemy.create_engine(uri))
config = _get_alembic_config(uri)
revisions = [one.revision for one in ScriptDirectory.from_config(config).walk_revisions()]
command.upgrade(config, revisions[6])
"""


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("older") / "mlflow.db"
    command = [sys.executable, "-c", OLDER, f"sqlite:///{path}"]
    subprocess.run(command, check=True, capture_output=True)
    with sqlite3.connect(path) as database:
        database.execute("insert into experiments(experiment_id, name, artifact_location, "
                         "lifecycle_stage) values (7, 'mine', 'file:///x', 'active')")  # fmt: skip
    database.close()
    return path


def content(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as database:
        return list(database.iterdump())


def test_an_older_registry_is_upgraded_and_a_copy_kept(
    older: Path, tmp_path: Path, treemeta: Run
) -> None:
    path = tmp_path / "mlflow.db"
    shutil.copy(older, path)
    uri = f"sqlite:///{path}"
    with pytest.raises(RegistryError) as caught:
        open_registry(uri)
    assert f"run 'treemeta registry upgrade --tracking-uri {uri}'" in sentence(caught)
    ended = treemeta("registry", "upgrade", "--tracking-uri", uri)
    assert ended.returncode == 0
    copy = Path(ended.stdout.strip().rpartition(": ")[2])
    assert content(copy) == content(older)
    assert open_registry(uri).client.get_experiment("7").name == "mine"
    assert {one.name for one in tmp_path.iterdir()} == {"mlflow.db", copy.name}


def test_what_cannot_be_upgraded_is_what_it_was(older: Path, tmp_path: Path) -> None:
    path = tmp_path / "mlflow.db"
    shutil.copy(older, path)
    with sqlite3.connect(path) as database:
        database.execute("update alembic_version set version_num = 'abc'")
    database.close()
    before = content(path)
    with pytest.raises(StorageError) as caught:
        upgrade(f"sqlite:///{path}")
    assert "it is as it was" in str(caught.value)
    assert content(path) == before


def test_an_upgrade_that_is_interrupted_is_none(
    older: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mlflow.db"
    shutil.copy(older, path)
    before = content(path)

    def half(*_: str) -> None:
        with closing(sqlite3.connect(path)) as database, database:
            database.execute("drop table metrics")
        raise KeyboardInterrupt

    monkeypatch.setattr("treemeta.store.upgrade.run_mlflow", half)
    with pytest.raises(KeyboardInterrupt):
        upgrade(f"sqlite:///{path}")
    assert content(path) == before


def test_where_no_copy_can_be_made_nothing_is_done(
    older: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mlflow.db"
    shutil.copy(older, path)

    def full(*_: Path) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("treemeta.store.upgrade._copy", full)
    with pytest.raises(StorageError, match="database or disk is full"):
        upgrade(f"sqlite:///{path}")
    assert everything(tmp_path) == {"mlflow.db": older.read_bytes()}


def test_what_is_no_registry_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text("mine")
    for name in ("a.db", "none.db"):
        with pytest.raises(RegistryError, match="no registry"):
            upgrade(f"sqlite:///{tmp_path}/{name}")
    with pytest.raises(RegistryError, match="on a server"):
        upgrade("http://127.0.0.1:1")
    assert everything(tmp_path) == {"a.db": b"mine"}
