import sqlite3
from pathlib import Path

import pytest

from tests.trees import leaf_of, make_tree, store
from treemeta.store.names import node_names, tree_names
from treemeta.store.registry import Registry
from treemeta.store.runs import COMMIT, CONTROL


def test_trees_are_named_newest_first_and_nodes_once_they_are_finished(registry: Registry) -> None:
    old, new = store(registry, make_tree()), store(registry, leaf_of("x", "y"))
    assert tree_names(registry.uri) == [new.id, old.id]
    assert node_names(registry.uri, "latest") == ["r"]
    assert node_names(registry.uri, old.id[:8]) == ["r", "r0", "r00", "r01", "r1"]
    registry.client.delete_tag(old.nodes[-1].run_id, COMMIT)
    assert node_names(registry.uri, old.id) == ["r", "r0", "r00", "r1"]
    assert node_names(registry.uri, "hand-made") == []  # as both are called
    registry.client.update_run(old.id, name="mine")
    assert node_names(registry.uri, "mine") == ["r", "r0", "r00", "r1"]
    assert node_names(registry.uri, "") == []  # which names both
    assert node_names(registry.uri, "ffff" * 8) == []
    registry.client.set_tag(new.id, CONTROL, "joint")
    assert len(node_names(registry.uri, "latest")) == 4
    registry.client.delete_run(new.id)
    assert tree_names(registry.uri) == [old.id]


def test_what_no_registry_of_ours_holds_is_named_by_nobody(registry: Registry) -> None:
    tree = store(registry, make_tree())
    with sqlite3.connect("registry/mlflow.db") as database:
        database.execute("update tags set value = 'r;x' where value = 'r0'")
    assert node_names(registry.uri, tree.id) == ["r", "r00", "r01", "r1"]
    with sqlite3.connect("registry/mlflow.db") as database:
        database.execute("pragma foreign_keys = off")
        for table in ("runs", "tags"):
            database.execute(f"update {table} set run_uuid = '$(x)' where run_uuid = '{tree.id}'")
    assert tree_names(registry.uri) == []


def test_a_server_is_not_asked_and_no_file_is_made(workplace: Path) -> None:
    assert tree_names("http://127.0.0.1:9") == []
    with pytest.raises(sqlite3.Error):
        tree_names("sqlite:///none.db")
    assert not Path("none.db").exists()
