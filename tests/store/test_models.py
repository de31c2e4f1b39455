import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from tests.trees import arrays, make_tree, sentence, store
from treemeta.errors import ConfigError, IntegrityError, RegistryError
from treemeta.store.model_version import fetch_model
from treemeta.store.models import Model, Registered, check_names, register
from treemeta.store.move import move
from treemeta.store.records import Tree
from treemeta.store.registry import Registry, open_registry

CODE = """
from treemeta.store.serving import serve
def load(params, config):
    return lambda asked: {"twice": asked["x"] * 2}
serve(load)
"""


@pytest.fixture
def model(tmp_path: Path) -> Model:
    code = tmp_path / "code.py"
    code.write_text(CODE)
    one = {"x": (np.float32, (-1, 2))}
    return Model(arrays(3), {"config": {"seed": 0}}, code, one, {"twice": one["x"]})


def put(registry: Registry, tree: Tree, model: Model, alias: str | None = None) -> Registered:
    return register(registry, tree.id, tree.nodes[0], model, "shapes", alias)


def files(folder: str = "registry") -> list[Path]:
    return sorted(path for path in Path(folder).rglob("models/*/artifacts/*") if path.is_file())


def test_a_model_comes_back_as_it_was_by_alias_and_by_version(
    registry: Registry, model: Model
) -> None:
    tree = store(registry, make_tree())
    first, second = put(registry, tree, model, "champion"), put(registry, tree, model)
    assert first == Registered("shapes", 1, "models:/shapes@champion")
    assert second == Registered("shapes", 2, "models:/shapes/2")
    for which in ("shapes@champion", "shapes/2"):
        params, document = fetch_model(registry, which)
        assert {k: v.tolist() for k, v in params.items()} == {
            k: v.tolist() for k, v in arrays(3).items()
        }
        assert document == {"config": {"seed": 0}}
    put(registry, tree, model, "champion")
    named = registry.client.get_model_version_by_alias("shapes", "champion")
    assert (int(named.version), named.run_id) == (3, tree.nodes[0].run_id)
    assert f"/runs/{tree.id}?" in (named.description or "")


def test_nothing_is_pickled_nothing_is_guessed(
    registry: Registry, model: Model, capfd: pytest.CaptureFixture[str]
) -> None:
    Path("uv.lock").write_text("")
    Path("pyproject.toml").write_text("[project]\nname = 'mine'\n")
    put(registry, store(registry, make_tree()), model)
    names = {path.name for path in files()}
    assert names == {"MLmodel", "code.py", "conda.yaml", "python_env.yaml", "requirements.txt"}
    required = next(path for path in files() if path.name == "requirements.txt").read_text()
    assert [line.partition("==")[0] for line in required.splitlines()] == [
        "mlflow", "numpy", "safetensors", "torch", "treemeta",
    ]  # fmt: skip
    assert capfd.readouterr() == ("", "")


def test_a_changed_or_missing_file_is_refused(registry: Registry, model: Model) -> None:
    put(registry, store(registry, make_tree()), model)
    for name in ("config.json", "params.safetensors"):
        (path,) = Path("registry/artifacts/models").rglob(name)
        before = path.read_bytes()
        for spoil in (lambda p: p.write_bytes(b"{}"), Path.unlink):
            spoil(path)
            with pytest.raises(IntegrityError) as caught:
                fetch_model(registry, "shapes/1")
            assert "'shapes/1'" in sentence(caught)
        path.write_bytes(before)
    fetch_model(registry, "shapes/1")


@pytest.mark.parametrize("which", ["shapes@none", "other/1", "shapes/9"])
def test_a_model_that_is_not_there(registry: Registry, model: Model, which: str) -> None:
    put(registry, store(registry, make_tree()), model)
    with pytest.raises(RegistryError):
        fetch_model(registry, which)


def test_a_model_that_is_not_named_as_one(registry: Registry) -> None:
    with pytest.raises(ConfigError, match="neither NAME@ALIAS nor NAME/VERSION"):
        fetch_model(registry, "shapes")


@pytest.mark.parametrize(
    ("name", "alias"),
    [("", None), ("a/b", None), ("a:b", None), ("a@b", None), (" a", None), ("a\n", None),
     ("..", None), ("a", ""), ("a", "v1"), ("a", "Latest"), ("a", "x y"), ("a", "a\n")],
)  # fmt: skip
def test_names_that_mlflow_does_not_take(name: str, alias: str | None) -> None:
    with pytest.raises(ConfigError) as caught:
        check_names(name, alias)
    assert repr(name if alias is None else alias) in sentence(caught)


def test_names_that_it_takes() -> None:
    check_names("two words", "champion-1")
    check_names("Ñandú.2", None)


def test_a_copied_registry_serves_its_own_and_is_written_to_once_moved(
    registry: Registry, model: Model
) -> None:
    tree = store(registry, make_tree())
    put(registry, tree, model, "champion")
    shutil.copytree("registry", "copy")
    for path in Path("registry/artifacts/models").rglob("config.json"):
        path.write_text("gone")
    copy = open_registry("sqlite:///copy/mlflow.db")
    assert fetch_model(copy, "shapes@champion")[1] == {"config": {"seed": 0}}
    with pytest.raises(RegistryError, match="registry move"):
        put(copy, tree, model)
    done = move(copy.uri)
    assert (done.models, done.versions) == (1, 1)
    with closing(sqlite3.connect("copy/mlflow.db")) as database:
        rows = database.execute("select source, storage_location from model_versions").fetchall()
    assert all("/copy/artifacts/models/" in address for row in rows for address in row)
    assert put(copy, tree, model).version == 2


def test_files_on_another_machine_are_not_asked_for(registry: Registry, model: Model) -> None:
    put(registry, store(registry, make_tree()), model)
    with closing(sqlite3.connect("registry/mlflow.db")) as database, database:
        database.execute("update model_versions set storage_location = 'http://127.0.0.1:9/x'")
    with pytest.raises(RegistryError, match="which is not on this machine"):
        fetch_model(registry, "shapes/1")


def test_a_version_says_what_it_is_of(registry: Registry, model: Model) -> None:
    tree = store(registry, make_tree())
    put(registry, tree, model)
    tags = registry.client.get_model_version("shapes", "1").tags
    assert (tags["treemeta.tree"], tags["treemeta.node"]) == (tree.id, tree.nodes[0].name)
    assert set(json.loads(tags["treemeta.commit"])["sha256"]) == {
        "config.json", "params.safetensors",
    }  # fmt: skip
