import json
import os
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import networkx as nx
import numpy as np
import pytest

from tests.trees import (
    CONFIG,
    HOSTILE,
    MACHINE,
    arrays,
    artifact,
    forge,
    leaf_of,
    make_tree,
    run_of,
    sentence,
    store,
)
from treemeta.errors import IntegrityError, MachineError, RegistryError, TreemetaError
from treemeta.store.find import experiment_of, find_node, find_tree, list_trees
from treemeta.store.read import read_arrays, read_config, read_tree
from treemeta.store.records import Tree, node_to_dict
from treemeta.store.registry import Registry, experiment_id, open_registry
from treemeta.store.runs import COMMIT, FORK_FILE
from treemeta.store.tensors import save_arrays
from treemeta.store.write import Learned, RunPlace, start_tree, write_node

Damage = Callable[[Registry, Tree], object]
ELSEWHERE = "f" * 32


class Stored(NamedTuple):
    """A finished tree in a registry that may be damaged."""

    registry: Registry
    tree: Tree
    folder: Path


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory, registry_template: Path) -> Stored:
    folder = tmp_path_factory.mktemp("once")
    (folder / "registry").mkdir()
    shutil.copy(registry_template, folder / "registry" / "mlflow.db")
    registry = open_registry(f"sqlite:///{folder}/registry/mlflow.db")
    tree = store(registry, make_tree())
    shutil.copytree(folder / "registry", folder / "whole")
    return Stored(registry, tree, folder)


@pytest.fixture
def stored(once: Stored, monkeypatch: pytest.MonkeyPatch) -> Stored:
    """The same tree for every test, whatever the last one did to it; writing takes a second."""
    monkeypatch.chdir(once.folder)
    shutil.rmtree("registry/artifacts", ignore_errors=True)
    shutil.copytree("whole/artifacts", "registry/artifacts")
    with (
        closing(sqlite3.connect("whole/mlflow.db")) as whole,
        closing(sqlite3.connect("registry/mlflow.db")) as damaged,
    ):
        whole.backup(damaged)
    return once


@pytest.mark.parametrize("finish", [True, False])
def test_a_tree_reads_back_equal_in_a_new_connection(registry: Registry, finish: bool) -> None:
    written = store(registry, make_tree(), finish)
    again = open_registry(f"sqlite:///{os.path.abspath('registry/mlflow.db')}")
    found = read_tree(again, find_tree(again, "latest"))
    assert found == written
    assert found.hash() == written.hash() == make_tree(nodes=written.nodes).hash()
    assert nx.is_arborescence(found.graph())
    assert read_config(again, found.id) == {"config": CONFIG, "machine": MACHINE}
    for i, node in enumerate(found.nodes):
        params, fork = read_arrays(again, node)
        assert params.keys() == arrays(i).keys()
        assert all(np.array_equal(params[name], array) for name, array in arrays(i).items())
        assert (fork is None) == (not node.groups)
        if fork is not None:
            assert np.array_equal(fork["centroids"], np.eye(3))


def test_any_name_reads_back(registry: Registry) -> None:
    tree = store(registry, leaf_of(*HOSTILE))
    assert read_tree(registry, tree.id) == tree


def test_trees_of_one_registry_do_not_mix(registry: Registry) -> None:
    one, other = store(registry, make_tree()), store(registry, leaf_of("a", "b"))
    assert read_tree(registry, one.id) == one
    assert read_tree(registry, other.id) == other


# Which tree?


@pytest.mark.parametrize("which", ["", "z", "'", "LATEST", "Abc", "../x", "\x1b[31m", "a" * 33])
def test_what_is_no_id_is_named(registry: Registry, which: str) -> None:
    with pytest.raises(RegistryError) as caught:
        find_tree(registry, which)
    assert sentence(caught).startswith(f"tree {which!r} is no id: see 'treemeta tree list'")


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
    assert sentence(caught) == f"tree {shared!r} fits {fits} trees: give more of the id"


def test_nodes_are_no_trees(registry: Registry) -> None:
    tree = store(registry, leaf_of("a"))
    with pytest.raises(RegistryError):
        find_tree(registry, tree.nodes[0].run_id)


@pytest.mark.parametrize("read", [read_tree, read_config, experiment_of])
@pytest.mark.parametrize("tree", [ELSEWHERE, "../x", "", "it's"])
def test_reading_an_unknown_tree_is_a_registry_error(
    registry: Registry, read: Callable[..., object], tree: str
) -> None:
    with pytest.raises(RegistryError):
        read(registry, tree)


def test_the_list_is_newest_first(registry: Registry) -> None:
    old, new = store(registry, make_tree()), store(registry, make_tree(), finish=False)
    for tree, started in ((old, 0), (new, 86_400_000)):
        _sql("update runs set start_time = ? where run_uuid = ?", started, tree.id)
    rows = list_trees(registry)
    assert find_tree(registry, "latest") == new.id
    assert experiment_of(registry, new.id) == experiment_id(registry, "treemeta")
    assert rows == [
        {"tree": new.id, "started": "1970-01-02 00:00", "status": "unfinished"}
        | {"name": "hand-made", "accuracy": None},
        {"tree": old.id, "started": "1970-01-01 00:00", "status": "finished"}
        | {"name": "hand-made", "accuracy": 0.375},
    ]


@pytest.mark.parametrize("started", [-1, 2**62])
def test_the_list_survives_odd_times_and_numbers(registry: Registry, started: int) -> None:
    tree = store(registry, make_tree(summary={}, test_accuracy={}))
    registry.client.log_metric(tree.id, "test/accuracy", float("nan"))
    _sql("update runs set start_time = ?, name = null where run_uuid = ?", started, tree.id)
    (row,) = list_trees(registry)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", row["started"])
    assert row["accuracy"] is None


def _sql(statement: str, *values: object) -> None:
    with sqlite3.connect("registry/mlflow.db") as connection:
        connection.execute(statement, values)
    connection.close()


def test_a_tree_of_a_deleted_experiment_is_gone_and_comes_back(registry: Registry) -> None:
    tree = store(registry, make_tree())
    experiment = experiment_of(registry, tree.id)
    registry.client.delete_experiment(experiment)
    with pytest.raises(RegistryError):
        find_tree(registry, tree.id)
    registry.client.restore_experiment(experiment)
    assert read_tree(registry, find_tree(registry, tree.id)) == tree


def test_without_any_experiment_there_is_no_tree(registry: Registry) -> None:
    for experiment in registry.client.search_experiments():
        registry.client.delete_experiment(experiment.experiment_id)
    assert list_trees(registry) == []


# Which node?


def test_nodes_are_found_by_name(registry: Registry) -> None:
    tree = make_tree()
    assert find_node(tree, "r01") is tree.nodes[4]
    unfinished = replace(tree.nodes[4], status="unfinished")
    for nodes, known in (((*tree.nodes[:4], unfinished), "r, r0, r1, r00"), ((), "none")):
        with pytest.raises(RegistryError) as caught:
            find_node(make_tree(nodes=nodes), "r01")
        expected = f"tree {tree.id} has no finished node 'r01': it has {known}"
        assert sentence(caught) == expected


def test_a_node_without_commit_is_unfinished(registry: Registry) -> None:
    tree = store(registry, make_tree(), finish=False)
    registry.client.delete_tag(run_of(tree, "r1"), COMMIT)
    found = read_tree(registry, tree.id)
    assert [node.name for node in found.nodes] == ["r", "r0", "r1", "r00", "r01"]
    assert [node.status for node in found.nodes].count("unfinished") == 1
    assert found.nodes[2].status == "unfinished"
    assert found.nodes[2].tasks == ()


def test_an_unfinished_tree_may_lack_nodes(registry: Registry) -> None:
    tree = store(registry, make_tree(), finish=False)
    for name in ("r01", "r1"):
        registry.client.delete_run(run_of(tree, name))
    assert [node.name for node in read_tree(registry, tree.id).nodes] == ["r", "r0", "r00"]


# Damage. Each case names what is damaged: the run, the file or the node.


def tag(name: str, key: str, value: str | None) -> Damage:
    def damage(registry: Registry, tree: Tree) -> None:
        if value is None:
            registry.client.delete_tag(run_of(tree, name), key)
        else:
            registry.client.set_tag(run_of(tree, name), key, value)

    return damage


def hang(name: str, below: str) -> Damage:
    return lambda registry, tree: registry.client.set_tag(
        run_of(tree, name), "mlflow.parentRunId", run_of(tree, below)
    )


def delete(name: str) -> Damage:
    return lambda registry, tree: registry.client.delete_run(run_of(tree, name))


def again(name: str) -> Damage:
    """Write a node a second time."""

    def damage(registry: Registry, tree: Tree) -> None:
        node = find_node(tree, name)
        parent = run_of(tree, node.parent or "")
        where = experiment_of(registry, tree.id)
        fork = {FORK_FILE: arrays(1)}
        write_node(
            registry, RunPlace(where, tree.id, parent), node, Learned(arrays(0), fork, [], 2000.0)
        )

    return damage


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (again("r1"), "has several runs for each of r1: delete all but one"),
        (again("r"), "has several runs for each of r: delete all but one"),
        (delete("r0"), "is an orphan: restore run "),
        (delete("r"), "is an orphan: restore run "),
        (tag("r1", "mlflow.parentRunId", None), "node 'r1' is an orphan: restore run '' or delete"),
        (tag("r1", "mlflow.parentRunId", ELSEWHERE), f"restore run {ELSEWHERE!r} or delete run"),
        (tag("r1", "mlflow.parentRunId", "\x1b[31m"), "node 'r1' is an orphan"),
        (hang("r1", "r0"), "node 'r1' hangs below the wrong parent: give run"),
        (hang("r01", ""), "node 'r01' hangs below the wrong parent: give run"),
        (hang("r", "r1"), "node 'r' hangs below the wrong parent: give run"),
        (hang("r0", "r0"), "node 'r0' hangs below the wrong parent: give run"),
        (tag("r1", "treemeta.node", "r2"), "node.json is that of node 'r1', its tag says 'r2'"),
        (tag("r1", "treemeta.node", "../r"), "has '../r' for a node name: set its tag"),
        (tag("r1", "treemeta.node", "r-"), "has 'r-' for a node name: set its tag"),
        (tag("r1", "treemeta.node", "r\n"), r"has 'r\n' for a node name: set its tag"),
        (tag("r1", "treemeta.node", None), "has '' for a node name: set its tag"),
        (delete("r1"), "is finished but lacks r1: restore their runs"),
        (tag("r1", COMMIT, None), "is finished but lacks r1: restore their runs"),
        (tag("r0", COMMIT, None), "is none of the children that its parent was committed with"),
    ],
)
def test_runs_that_form_no_tree_are_named(stored: Stored, damage: Damage, said: str) -> None:
    registry, tree, _ = stored
    damage(registry, tree)
    with pytest.raises(IntegrityError) as caught:
        read_tree(registry, tree.id)
    assert said in sentence(caught)


FILES = [("", "config.json"), ("", "tree.json"), ("r", "node.json"), ("r01", "node.json")]
ARRAY_FILES = [("r", "params.safetensors"), ("r", "fork.safetensors")]


def change_one_byte(run_id: str, name: str) -> None:
    path = artifact(run_id, name)
    content = bytearray(path.read_bytes())
    content[-2] ^= 1
    path.write_bytes(content)


def make_a_folder(run_id: str, name: str) -> None:
    artifact(run_id, name).unlink()
    artifact(run_id, name).mkdir()


@pytest.mark.parametrize(("node", "name"), FILES + ARRAY_FILES)
@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (change_one_byte, "was changed after it was committed: restore the file"),
        (lambda run_id, name: artifact(run_id, name).write_bytes(b""), "was changed after"),
        (lambda run_id, name: artifact(run_id, name).unlink(), "is missing: bring the registry's"),
        (make_a_folder, "is missing: bring the registry's"),
    ],
)
def test_a_file_that_is_not_what_was_committed_is_named(
    stored: Stored, node: str, name: str, damage: Callable[[str, str], object], said: str
) -> None:
    registry, tree, _ = stored
    damage(run_of(tree, node), name)
    read = _read_arrays if name.endswith("safetensors") else _read_tree
    with pytest.raises(IntegrityError) as caught:
        read(registry, tree)
    assert f"run {run_of(tree, node)}: {name} {said}" in sentence(caught)


def _read_tree(registry: Registry, tree: Tree) -> object:
    return read_tree(registry, tree.id)


def _read_arrays(registry: Registry, tree: Tree) -> object:
    return read_arrays(registry, tree.nodes[0])


def test_a_registry_without_its_artifacts_is_named(stored: Stored) -> None:
    shutil.rmtree("registry/artifacts")
    with pytest.raises(IntegrityError) as caught:
        read_tree(stored.registry, stored.tree.id)
    assert f"run {stored.tree.id}: config.json is missing: bring the" in sentence(caught)


@pytest.mark.parametrize(
    "commit",
    ["", "null", "5", "[]", "{}", '{"sha256": 5}', '{"sha256": {"a": "b"}}', "x", "[" * 7000],
)
@pytest.mark.parametrize(
    ("node", "key", "name"),
    [
        ("", COMMIT, "tree.json"),
        ("", COMMIT + ".config", "config.json"),
        ("r", COMMIT, "node.json"),
    ],
)
def test_a_commit_that_vouches_for_nothing_is_named(
    stored: Stored, node: str, key: str, name: str, commit: str
) -> None:
    registry, tree, _ = stored
    registry.client.set_tag(run_of(tree, node), key, commit)
    with pytest.raises(IntegrityError) as caught:
        read_tree(registry, tree.id)
    expected = f"run {run_of(tree, node)}: its tag {key} does not vouch for {name}"
    assert sentence(caught).startswith(expected)


def test_a_tree_without_config_is_named(stored: Stored) -> None:
    registry, tree, _ = stored
    registry.client.delete_tag(tree.id, COMMIT + ".config")
    with pytest.raises(IntegrityError) as caught:
        read_config(registry, tree.id)
    assert f"run {tree.id}: its tag {COMMIT}.config does not vouch for" in sentence(caught)


def test_a_store_whose_client_is_not_installed_is_a_machine_error(
    stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    def download(*_: object) -> None:
        raise ModuleNotFoundError("No module named 'boto3'")

    registry, tree, _ = stored
    monkeypatch.setattr(type(registry.client._client), "download_artifacts", download)
    monkeypatch.setattr("treemeta.store.read._local", lambda *_: None)  # as for a server's
    with pytest.raises(MachineError) as caught:
        read_tree(registry, tree.id)
    assert "config.json cannot be fetched: No module named 'boto3'" in sentence(caught)


# Forgeries: the commit vouches for what is there, and that is nonsense.


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff", b"{", b"[]", b"null", b'"r"', b"{}", b"[" * 50_000, b'{"name": NaN}'],
)
@pytest.mark.parametrize(
    ("node", "name", "key"),
    [
        ("", "config.json", COMMIT + ".config"),
        ("", "tree.json", COMMIT),
        ("r1", "node.json", COMMIT),
    ],
)
def test_garbage_with_a_matching_digest_is_named(
    stored: Stored, node: str, name: str, key: str, content: bytes
) -> None:
    registry, tree, _ = stored
    forge(registry, run_of(tree, node), name, content, key)
    with pytest.raises(IntegrityError) as caught:
        read_tree(registry, tree.id)
    said = sentence(caught)
    assert said.startswith(f"run {run_of(tree, node)}: {name} holds no ")
    assert said.endswith("record of this version of treemeta: restore the file")


NO_RECORD, OTHER_TASKS = "node.json holds no node record", "the tasks of node 'r1' are not those"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": 5}, NO_RECORD),
        ({"name": "r0"}, "node.json is that of node 'r0', its tag says 'r1'"),
        ({"name": "\x1b[31m"}, r"node.json is that of node '\x1b[31m', its tag"),
        ({"accuracy": "high"}, NO_RECORD),
        ({"accuracy": 10**400}, NO_RECORD),
        ({"meta_steps": 1.5}, NO_RECORD),
        ({"meta_steps": None}, NO_RECORD),
        ({"tasks": "Delta"}, NO_RECORD),
        ({"tasks": [1, 2]}, NO_RECORD),
        ({"tasks": ["Delta"]}, OTHER_TASKS),
        ({"tasks": ["Delta", "Epsilon", "Gamma"]}, OTHER_TASKS),
        ({"tasks": ["Epsilon", "Gamma", "Gamma"]}, OTHER_TASKS),
        ({"groups": [["Epsilon"]]}, OTHER_TASKS),
        ({"groups": [["Epsilon"], ["Epsilon", "Gamma"]]}, OTHER_TASKS),
        ({"groups": [["Epsilon"], ["Gamma"]]}, "is finished but lacks r10, r11"),
        ({"groups": [5]}, NO_RECORD),
        ({"evidence": [{"step": 2}]}, NO_RECORD),
        ({"evidence": [5]}, NO_RECORD),
        ({"evidence": {}}, NO_RECORD),
        ({"more": 1}, NO_RECORD),
    ],
)
def test_a_forged_node_is_named(stored: Stored, change: dict[str, object], said: str) -> None:
    registry, tree, _ = stored
    forged = node_to_dict(tree.nodes[2]) | change
    forge(registry, run_of(tree, "r1"), "node.json", json.dumps(forged).encode())
    with pytest.raises(IntegrityError) as caught:
        read_tree(registry, tree.id)
    assert said in sentence(caught)


def test_a_node_cannot_say_that_it_is_unfinished_or_elsewhere(stored: Stored) -> None:
    registry, tree, _ = stored
    forged = node_to_dict(tree.nodes[2]) | {"status": "\x1b[31m", "run_id": ELSEWHERE}
    forge(registry, run_of(tree, "r1"), "node.json", json.dumps(forged).encode())
    assert read_tree(registry, tree.id) == tree


@pytest.mark.parametrize(
    ("name", "key", "document"),
    [
        ("config.json", COMMIT + ".config", {"config": 5, "machine": {}}),
        ("config.json", COMMIT + ".config", {"config": {}}),
        ("config.json", COMMIT + ".config", {"machine": {}}),
        ("tree.json", COMMIT, {"test_accuracy": 5, "summary": {}, "hash": ""}),
        ("tree.json", COMMIT, {"test_accuracy": {"a": "b"}, "summary": {}, "hash": ""}),
        ("tree.json", COMMIT, {"test_accuracy": {}, "summary": None, "hash": ""}),
    ],
)
def test_a_forged_tree_is_named(
    stored: Stored, name: str, key: str, document: dict[str, object]
) -> None:
    registry, tree, _ = stored
    forge(registry, tree.id, name, json.dumps(document).encode(), key)
    with pytest.raises(IntegrityError) as caught:
        read_tree(registry, tree.id)
    assert f"run {tree.id}: {name} holds no " in sentence(caught)


def test_other_parameters_than_the_node_was_stored_with(stored: Stored) -> None:
    registry, tree, _ = stored
    path = artifact(tree.nodes[0].run_id, "params.safetensors")
    save_arrays(arrays(7), path)
    forge(registry, tree.nodes[0].run_id, path.name, path.read_bytes())
    with pytest.raises(IntegrityError) as caught:
        read_arrays(registry, tree.nodes[0])
    assert f"run {tree.nodes[0].run_id}: params.safetensors holds other" in sentence(caught)


@pytest.mark.parametrize("name", ["params.safetensors", "fork.safetensors"])
def test_forged_arrays_are_an_integrity_error(stored: Stored, name: str) -> None:
    registry, tree, _ = stored
    forge(registry, tree.nodes[0].run_id, name, b"no tensors")
    with pytest.raises(TreemetaError) as caught:
        read_arrays(registry, tree.nodes[0])
    assert caught.value.exit_code == 5
    assert name in sentence(caught)
