import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.trees import sentence
from treemeta.errors import RegistryError, StorageError, TreemetaError
from treemeta.store.registry import Registry, experiment_id, open_registry
from treemeta.store.sqlite import sqlite_path

CREATE = """
import sys
from treemeta.store.registry import experiment_id, open_registry
registry = open_registry("sqlite:///new/registry/mlflow.db", create=True)
experiment_id(registry, "shared")
experiment_id(registry, sys.argv[1])
"""


def everything(folder: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


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
    "uri",
    [
        "",
        "registry",
        "registry/mlflow.db",
        "foo://x",
        "://",
        "http://",
        "sqlite:",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:///a.db?mode=memory",
        "sqlite:///a\x1b[31m.db",
        "sqlite:///a\x00.db",
        "sqlite:///\ud800",
        "sqlite+pysqlite:///a.db",
        "file:///tmp/mlruns",
        "mlruns",
        "http://x\ny",
        "http://\x1b[31m",
    ],
)
@pytest.mark.parametrize("create", [False, True])
def test_what_is_no_address_is_refused_and_nothing_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uri: str, create: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RegistryError) as caught:
        open_registry(uri, create)
    said = sentence(caught)
    assert said.startswith(f"--tracking-uri is {uri!r}: give sqlite:///PATH")
    assert everything(tmp_path) == {}


@pytest.mark.parametrize(
    "uri", ["http://127.0.0.1:1", "http://[bad", "http://a b", "postgresql+nodriver://u@h/d"]
)
def test_a_server_that_does_not_answer_is_named(uri: str) -> None:
    with pytest.raises(RegistryError) as caught:
        open_registry(uri)
    said = sentence(caught)
    assert f"the registry at {uri} does not answer (" in said
    assert said.endswith("or name another with --tracking-uri")


def test_reading_does_not_create(tmp_path: Path) -> None:
    with pytest.raises(RegistryError) as caught:
        open_registry(f"sqlite:///{tmp_path}/registry/mlflow.db")
    assert f"no registry at {tmp_path}/registry/mlflow.db: run 'treemeta train'" in sentence(caught)
    assert everything(tmp_path) == {}


@pytest.mark.parametrize("name", ["x" * 300 + "/mlflow.db", "file/mlflow.db", "dangling/a/b.db"])
def test_a_place_where_nothing_can_be_made_is_a_storage_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "dangling").symlink_to("nowhere")
    before = everything(tmp_path)
    with pytest.raises(StorageError) as caught:
        open_registry(f"sqlite:///{tmp_path}/{name}", create=True)
    assert "cannot be made (" in str(caught.value)
    assert everything(tmp_path) == before


def foreign(tables: str) -> bytes:
    connection = sqlite3.connect(":memory:")
    connection.executescript(tables)
    return connection.serialize()


MLFLOW_LIKE = "create table experiments(a); create table runs(a); create table tags(a);"


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
    with pytest.raises(RegistryError) as caught:
        open_registry(f"sqlite:///{tmp_path}/half.db")
    assert "half.db is no registry" in sentence(caught)


def test_opening_changes_no_byte(tmp_path: Path, registry_template: Path) -> None:
    shutil.copy(registry_template, tmp_path / "mlflow.db")
    open_registry(f"sqlite:///{tmp_path}/mlflow.db", create=True)
    assert everything(tmp_path) == {"mlflow.db": registry_template.read_bytes()}


def test_asking_a_server_leaves_the_environment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "3")
    monkeypatch.delenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", raising=False)
    before = dict(os.environ)
    with pytest.raises(RegistryError):
        open_registry("http://127.0.0.1:1")
    assert dict(os.environ) == before


def test_sqlite_paths() -> None:
    assert sqlite_path("sqlite:///a/b.db") == Path("a/b.db")
    assert sqlite_path("sqlite:////a/b.db") == Path("/a/b.db")


def test_artifacts_stand_beside_the_sqlite_file(registry: Registry, workplace: Path) -> None:
    found = experiment_id(registry, "mine")
    assert experiment_id(registry, "mine") == found
    location = registry.client.get_experiment(found).artifact_location
    assert location == (workplace / "registry" / "artifacts").as_uri()


def test_an_experiment_made_meanwhile_is_taken(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = registry.client.create_experiment("mine")
    look, answers = registry.client.get_experiment_by_name, [None]

    class Late:
        def get_experiment_by_name(self, name: str) -> object:
            return answers.pop() if answers else look(name)

        def __getattr__(self, name: str) -> object:
            return getattr(registry.client, name)

    assert experiment_id(Registry(Late(), registry.uri), "mine") == made  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["", "x" * 501, "\ud800"])
def test_a_name_that_mlflow_refuses_is_a_registry_error(registry: Registry, name: str) -> None:
    with pytest.raises(RegistryError) as caught:
        experiment_id(registry, name)
    assert "registry/mlflow.db refuses " in sentence(caught)


def test_a_deleted_experiment_is_named(registry: Registry) -> None:
    registry.client.delete_experiment(experiment_id(registry, "mine"))
    with pytest.raises(RegistryError) as caught:
        experiment_id(registry, "mine")
    assert sentence(caught) == "experiment 'mine' is deleted: restore it or use --experiment NAME"


def test_a_registry_that_breaks_while_open_is_one_sentence(
    registry: Registry, capfd: pytest.CaptureFixture[str]
) -> None:
    with sqlite3.connect("registry/mlflow.db") as connection:
        connection.execute("alter table runs rename column status to other")
    connection.close()
    with pytest.raises(TreemetaError) as caught:
        registry.client.search_runs(["0"])
    assert "refuses search_runs: " in sentence(caught)
    assert capfd.readouterr() == ("", "")
