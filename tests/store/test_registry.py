import copy
import pickle
from pathlib import Path

import pytest

from tests.trees import sentence
from treemeta.errors import ConfigError, RegistryError, StorageError
from treemeta.store.registry import Registry, experiment_id, lasting_address, open_registry


def everything(folder: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


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
    assert said.startswith(f"{uri!r} is no registry's address: let --tracking-uri, or MLFLOW_TRA")
    assert everything(tmp_path) == {}


def test_an_address_that_lasts_is_the_same_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert lasting_address(None) == f"sqlite:///{tmp_path}/registry/mlflow.db"
    for given in ("sqlite:///a.db", Path("a.db"), tmp_path / "a.db"):
        assert lasting_address(given) == f"sqlite:///{tmp_path}/a.db"
    assert lasting_address("http://127.0.0.1:5000") == "http://127.0.0.1:5000"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///b.db")
    assert lasting_address(None) == f"sqlite:///{tmp_path}/b.db"
    with pytest.raises(RegistryError, match="'sqlite:///:memory:' is no registry's address"):
        lasting_address("sqlite:///:memory:")


@pytest.mark.parametrize("given", [3, b"a.db", ["a.db"]])
def test_what_is_no_address_at_all_is_named(given: object) -> None:
    with pytest.raises(ConfigError, match=r"tracking_uri is .*: give sqlite:///PATH, a") as caught:
        lasting_address(given)
    sentence(caught)


def test_a_registry_is_copied_by_its_address(registry: Registry) -> None:
    for copied in (copy.deepcopy(registry), pickle.loads(pickle.dumps(registry))):  # noqa: S301
        assert copied.uri == registry.uri
        assert copied.client.search_experiments(max_results=1)


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
