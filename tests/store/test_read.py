import json
import os
import shutil
from collections.abc import Callable

import networkx as nx
import numpy as np
import pytest

from tests.store.damaged import ELSEWHERE, Stored
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
from treemeta.errors import (
    IntegrityError,
    MachineError,
    RegistryError,
    StorageError,
    TreemetaError,
)
from treemeta.store.find import experiment_of, find_tree, list_trees
from treemeta.store.read import Started, read_arrays, read_started, read_tree
from treemeta.store.records import Tree, node_to_dict
from treemeta.store.registry import Registry, open_registry
from treemeta.store.runs import COMMIT
from treemeta.store.tensors import arrays_bytes


@pytest.mark.parametrize("finish", [True, False])
def test_a_tree_reads_back_equal_in_a_new_connection(registry: Registry, finish: bool) -> None:
    written = store(registry, make_tree(), finish)
    again = open_registry(f"sqlite:///{os.path.abspath('registry/mlflow.db')}")
    found = read_tree(again, find_tree(again, "latest"))
    assert found == written
    assert found.hash() == written.hash() == make_tree(nodes=written.nodes).hash()
    assert nx.is_arborescence(found.graph())
    assert read_started(again, found.id) == Started(CONFIG, MACHINE)
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


@pytest.mark.parametrize("read", [read_tree, read_started, experiment_of])
@pytest.mark.parametrize("tree", [ELSEWHERE, "../x", "", "it's"])
def test_reading_an_unknown_tree_is_a_registry_error(
    registry: Registry, read: Callable[..., object], tree: str
) -> None:
    with pytest.raises(RegistryError):
        read(registry, tree)


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


def test_a_node_without_commit_is_unfinished(registry: Registry) -> None:
    tree = store(registry, make_tree(), finish=False)
    registry.client.delete_tag(run_of(tree, "r1"), COMMIT)
    found = read_tree(registry, tree.id)
    assert [node.name for node in found.nodes] == ["r", "r0", "r1", "r00", "r01"]
    assert [node.status for node in found.nodes].count("unfinished") == 1
    assert found.nodes[2].status == "unfinished"
    assert found.nodes[2].tasks == ()


# Damage. Each case names what is damaged: the run, the file or the node.


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
    steps = {one.name: one.start + one.meta_steps for one in tree.nodes}
    who = f" (node {node!r}, step {steps[node]})" if node else ""
    assert f"run {run_of(tree, node)}{who}: {name} {said}" in sentence(caught)


def _read_tree(registry: Registry, tree: Tree) -> object:
    return read_tree(registry, tree.id)


def _read_arrays(registry: Registry, tree: Tree) -> object:
    return read_arrays(registry, tree.nodes[0])


def test_a_file_that_may_not_be_read_is_not_called_missing(
    stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("treemeta.store.files.file_sha256", refuse)
    with pytest.raises(StorageError) as caught:
        read_tree(stored.registry, stored.tree.id)
    assert sentence(caught) == f"run {stored.tree.id}: config.json: Permission denied"


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
    who = f"run {run_of(tree, node)}" + (f" (node {node!r})" if node else "")
    expected = f"{who}: its tag {key} does not vouch for {name}"
    assert sentence(caught).startswith(expected)


def test_a_tree_without_config_is_named(stored: Stored) -> None:
    registry, tree, _ = stored
    registry.client.delete_tag(tree.id, COMMIT + ".config")
    with pytest.raises(IntegrityError) as caught:
        read_started(registry, tree.id)
    assert f"run {tree.id}: its tag {COMMIT}.config does not vouch for" in sentence(caught)


def test_a_store_whose_client_is_not_installed_is_a_machine_error(
    stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    def download(*_: object) -> None:
        raise ModuleNotFoundError("No module named 'boto3'")

    registry, tree, _ = stored
    monkeypatch.setattr(type(registry.client._client), "download_artifacts", download)
    monkeypatch.setattr("treemeta.store.files._local", lambda *_: None)  # as for a server's
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
    path.write_bytes(arrays_bytes(arrays(7)))
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
