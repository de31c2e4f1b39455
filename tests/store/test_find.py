import re
import sqlite3
from dataclasses import replace

import pytest

from tests.trees import (
    CONFIG,
    MACHINE,
    leaf_of,
    make_tree,
    sentence,
    store,
)
from treemeta.errors import RegistryError
from treemeta.store import files
from treemeta.store.find import experiment_of, find_node, find_tree, list_trees
from treemeta.store.labels import rename_tree
from treemeta.store.registry import Registry, experiment_id
from treemeta.store.runs import CONFIG_COMMIT, KIND, runs_with
from treemeta.store.write import start_tree


def _sql(statement: str, *values: object) -> None:
    with sqlite3.connect("registry/mlflow.db") as connection:
        connection.execute(statement, values)
    connection.close()


@pytest.mark.parametrize("which", ["", "z", "'", "LATEST", "Abc", "../x", "\x1b[31m", "a" * 33])
def test_what_is_no_id_is_named(registry: Registry, which: str) -> None:
    with pytest.raises(RegistryError) as caught:
        find_tree(registry, which)
    assert sentence(caught).startswith(
        f"tree {which!r} is no id and no name: see 'treemeta tree list'"
    )


@pytest.mark.parametrize("which", ["abc", "0" * 32])
def test_an_unknown_id_is_named(registry: Registry, which: str) -> None:
    with pytest.raises(RegistryError) as caught:
        find_tree(registry, which)
    assert f"no tree {which!r} in sqlite:///registry/mlflow.db: see" in sentence(caught)


def test_an_empty_registry_has_no_latest_tree(registry: Registry) -> None:
    with pytest.raises(RegistryError) as caught:
        find_tree(registry, "latest")
    assert "no tree in sqlite:///registry/mlflow.db: run 'treemeta train'" in sentence(caught)
    assert list_trees(registry) == []


def test_a_name_that_one_tree_has_finds_it(registry: Registry) -> None:
    experiment = experiment_id(registry, "treemeta")
    first, second = (start_tree(registry, experiment, "t", CONFIG, MACHINE) for _ in range(2))
    rename_tree(registry, first, "abc")  # which could be the beginning of an id too
    assert find_tree(registry, "abc") == first
    with pytest.raises(RegistryError, match="tree 't x' is no id and no name"):
        find_tree(registry, "t x")
    rename_tree(registry, first, second[:4])  # and is the beginning of another's
    said = f"is the name of {first[:8]} and the beginning of {second[:8]}: give more of the id"
    with pytest.raises(RegistryError, match=said):
        find_tree(registry, second[:4])
    assert find_tree(registry, second[:12]) == second
    rename_tree(registry, second, "mine")
    assert find_tree(registry, "mine") == second
    registry.client.update_run(first, name="mine")  # as MLflow's page may
    both = "2 trees, [0-9a-f]{8}, [0-9a-f]{8}"
    with pytest.raises(RegistryError, match=f"tree 'mine' is the name of {both}: give its id"):
        find_tree(registry, "mine")


def test_beginnings_of_ids(registry: Registry) -> None:
    experiment = experiment_id(registry, "treemeta")
    trees = [start_tree(registry, experiment, "t", CONFIG, MACHINE) for _ in range(17)]
    for tree in trees:
        assert find_tree(registry, tree) == tree
    # Of seventeen ids, two begin with the same of sixteen digits.
    beginnings = [tree[0] for tree in trees]
    shared = next(one for one in beginnings if beginnings.count(one) > 1)
    with pytest.raises(RegistryError) as caught:
        find_tree(registry, shared)
    fits = beginnings.count(shared)
    assert sentence(caught).startswith(f"tree {shared!r} fits {fits} trees, {shared}")
    assert sentence(caught).endswith(": give more of the id")


def test_nodes_are_no_trees(registry: Registry) -> None:
    tree = store(registry, leaf_of("a"))
    with pytest.raises(RegistryError):
        find_tree(registry, tree.nodes[0].run_id)


def test_the_list_is_newest_first(registry: Registry) -> None:
    old, new = store(registry, make_tree()), store(registry, make_tree(), finish=False)
    for tree, started in ((old, 0), (new, 86_400_000)):
        _sql("update runs set start_time = ? where run_uuid = ?", started, tree.id)
    rows = list_trees(registry)
    assert find_tree(registry, "latest") == new.id
    assert experiment_of(registry, new.id) == experiment_id(registry, "treemeta")
    assert rows == [
        {"tree": new.id, "started": "1970-01-02 00:00", "status": "unfinished"}
        | {"name": "hand-made", "accuracy": None, "mse": None},
        {"tree": old.id, "started": "1970-01-01 00:00", "status": "finished"}
        | {"name": "hand-made", "accuracy": 0.375, "mse": None},
    ]


def test_what_tells_numbers_is_listed_by_its_errors(registry: Registry) -> None:
    tree = make_tree()
    store(registry, replace(tree, config=tree.config | {"targets": "numbers"}))
    (row,) = list_trees(registry)
    assert (row["accuracy"], row["mse"]) == (None, 0.375)


def test_what_a_killed_process_left_is_no_tree(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = store(registry, make_tree())
    older = store(registry, make_tree(), finish=False)  # as versions left it that knew no better
    registry.client.delete_tag(older.id, CONFIG_COMMIT)
    client = type(registry.client._client)
    for place, killed_in in ((client, "log_batch"), (files, "replace_file"), (client, "set_tag")):
        with monkeypatch.context() as patch:
            patch.setattr(place, killed_in, _killed)
            with pytest.raises(KeyboardInterrupt):
                store(registry, make_tree())
        assert find_tree(registry, "latest") == tree.id
        assert [row["tree"] for row in list_trees(registry)] == [tree.id]
        marked = {run.info.run_id for run in runs_with(registry, KIND, "tree")}
        assert marked == {tree.id, older.id}


def _killed(*args: object, **options: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("started", [-1, 2**62])
def test_the_list_survives_odd_times_and_numbers(registry: Registry, started: int) -> None:
    tree = store(registry, make_tree(summary={}, test_accuracy={}))
    registry.client.log_metric(tree.id, "test/accuracy", float("nan"))
    _sql("update runs set start_time = ?, name = null where run_uuid = ?", started, tree.id)
    (row,) = list_trees(registry)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", row["started"])
    assert row["accuracy"] is None


def test_nodes_are_found_by_name(registry: Registry) -> None:
    tree = make_tree()
    assert find_node(tree, "r01") is tree.nodes[4]
    unfinished = replace(tree.nodes[4], status="unfinished")
    resume = f"'treemeta train --resume {tree.id[:8]}' goes on"
    for nodes, said in (
        ((*tree.nodes[:4], unfinished), " 'r01': it has r, r0, r1, r00"), ((), f" yet: {resume}")
    ):  # fmt: skip
        with pytest.raises(RegistryError) as caught:
            find_node(make_tree(nodes=nodes), "r01")
        assert sentence(caught) == f"tree {tree.id} has no finished node{said}"
