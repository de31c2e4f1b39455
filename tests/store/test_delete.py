import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.trees import make_tree, sentence, store
from treemeta.errors import RegistryError
from treemeta.store.delete import delete_tree, doomed
from treemeta.store.find import list_trees
from treemeta.store.owner import owned
from treemeta.store.read import read_arrays, read_tree
from treemeta.store.registry import Registry, open_registry


def rows(table: str) -> int:
    with sqlite3.connect("registry/mlflow.db") as database:
        ((count,),) = database.execute(f"select count(*) from {table}")
    database.close()
    return int(count)


def files() -> set[Path]:
    return {path for path in Path("registry/artifacts").rglob("*") if path.is_file()}


def test_a_deleted_tree_leaves_nothing_and_takes_nothing_else(registry: Registry) -> None:
    other = store(registry, make_tree())
    before = [rows(table) for table in ("runs", "tags", "params", "metrics")], files()
    tree = store(registry, make_tree())
    own = files() - before[1]
    what = doomed(registry, tree.id)
    assert what.runs[-1] == tree.id
    assert [len(run) for run in what.runs] == [32] * 6
    assert what.bytes == sum(path.stat().st_size for path in own)
    assert what.elsewhere == 0
    delete_tree(registry, what)
    assert ([rows(table) for table in ("runs", "tags", "params", "metrics")], files()) == before
    assert len(list(Path("registry/artifacts").iterdir())) == 1 + len(other.nodes)
    assert [row["tree"] for row in list_trees(registry)] == [other.id]
    assert read_tree(registry, other.id) == other


def test_a_tree_that_is_being_trained_is_not_deleted(registry: Registry) -> None:
    tree = store(registry, make_tree(), finish=False)
    what = doomed(registry, tree.id)
    with owned(registry, tree.id), pytest.raises(RegistryError):
        delete_tree(registry, what)
    assert read_tree(registry, tree.id) == tree


def test_a_deletion_cut_short_is_gone_on_with(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = store(registry, make_tree())
    real, done = registry.client._client.delete_run, []

    def cut_short(run: str) -> None:
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(run)
        real(run)

    with monkeypatch.context() as patch:
        patch.setattr(registry.client._client, "delete_run", cut_short)
        with pytest.raises(KeyboardInterrupt):
            delete_tree(registry, doomed(registry, tree.id))
    assert [row["tree"] for row in list_trees(registry)] == [tree.id]
    delete_tree(registry, doomed(registry, tree.id))
    assert list_trees(registry) == []


def test_files_that_are_not_a_run_s_own_are_left(registry: Registry, tmp_path: Path) -> None:
    tree = store(registry, make_tree())
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("mine")
    for address in ((tmp_path / "mine").as_uri(), "file:///", "file:///etc", "s3://bucket/x"):
        with sqlite3.connect("registry/mlflow.db") as database:
            database.execute("update runs set artifact_uri = ? where run_uuid = ?",
                             (address, tree.nodes[1].run_id))  # fmt: skip
        database.close()
        assert doomed(registry, tree.id).elsewhere == 1
    before = files()
    delete_tree(registry, doomed(registry, tree.id))
    assert list_trees(registry) == []
    assert files() == before
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "mine"


def test_a_copy_does_not_delete_from_its_original(registry: Registry) -> None:
    tree = store(registry, make_tree())
    shutil.copytree("registry", "copy")
    before = files()
    with pytest.raises(RegistryError) as caught:
        doomed(open_registry("sqlite:///copy/mlflow.db"), tree.id)
    assert "run 'treemeta registry move" in sentence(caught)
    assert files() == before
    read_arrays(registry, tree.nodes[0])
