import shutil
import sqlite3
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from tests.trees import make_tree, sentence, store
from treemeta.errors import IntegrityError, RegistryError
from treemeta.store.find import experiment_of, find_tree
from treemeta.store.move import move
from treemeta.store.read import read_arrays, read_tree
from treemeta.store.records import Tree
from treemeta.store.registry import Registry, experiment_id, open_registry

COPY = "sqlite:///copy/mlflow.db"


def digests(folder: str) -> dict[str, str]:
    files = [path for path in Path(folder).rglob("*") if path.is_file()]
    return {str(path): sha256(path.read_bytes()).hexdigest() for path in files}


def read_all(registry: Registry, tree: Tree) -> None:
    stored = read_tree(registry, find_tree(registry, tree.id))
    assert stored == tree
    for node in stored.nodes:
        read_arrays(registry, node)


def test_a_copied_registry_is_read_where_it_is(registry: Registry) -> None:
    tree = store(registry, make_tree())
    shutil.copytree("registry", "copy")
    for path in Path("registry/artifacts").rglob("*.json"):
        path.write_text("{}")
    read_all(open_registry(COPY), tree)
    with pytest.raises(IntegrityError):
        read_tree(registry, tree.id)


def test_a_copied_registry_writes_nothing_into_the_original(registry: Registry) -> None:
    tree = store(registry, make_tree())
    shutil.copytree("registry", "copy")
    before, copy = digests("registry"), open_registry(COPY)
    for write in (lambda: experiment_id(copy, "treemeta"), lambda: experiment_of(copy, tree.id)):
        with pytest.raises(RegistryError) as caught:
            write()
        assert f"run 'treemeta registry move --tracking-uri {COPY}'" in sentence(caught)
    assert move(COPY).runs == 1 + len(tree.nodes)
    other = store(copy, make_tree())
    read_all(copy, tree)
    read_all(copy, other)
    assert digests("registry") == before
    assert find_tree(registry, "latest") == tree.id


def test_a_moved_registry_goes_on_where_it_is(registry: Registry) -> None:
    tree = store(registry, make_tree())
    shutil.move("registry", "copy")
    moved = open_registry(COPY)
    read_all(moved, tree)
    done = move(COPY)
    assert (done.folder, done.experiments) == (Path("copy/artifacts").resolve(), 1)
    assert (move(COPY).experiments, move(COPY).runs) == (0, 0)
    other = store(open_registry(COPY), make_tree())
    read_all(open_registry(COPY), other)
    assert not Path("registry").exists()
    for name in ("artifact_location", "artifact_uri"):
        table = "experiments" if name == "artifact_location" else "runs"
        with sqlite3.connect("copy/mlflow.db") as database:
            places = [one for (one,) in database.execute(f"select {name} from {table}")]
        database.close()
        assert all("/registry/" not in place for place in places)


def test_files_that_were_not_copied_are_missed(registry: Registry) -> None:
    tree = store(registry, make_tree())
    shutil.copytree("registry", "copy")
    shutil.rmtree(Path("copy/artifacts") / tree.nodes[1].run_id)
    before = digests("copy")
    with pytest.raises(IntegrityError) as caught:
        move(COPY)
    said = sentence(caught)
    assert said.startswith(f"the files of 1 runs, such as {tree.nodes[1].run_id}, are not in ")
    assert digests("copy") == before
    with pytest.raises(IntegrityError) as caught:
        read_tree(open_registry(COPY), tree.id)
    assert "node.json is missing" in sentence(caught)


def test_an_experiment_with_a_place_of_its_own_keeps_it(registry: Registry) -> None:
    own = Path("own").resolve().as_uri()
    mine = registry.client.create_experiment("mine", artifact_location=own)
    shutil.copytree("registry", "copy")
    copy = open_registry(COPY)
    assert experiment_id(copy, "mine") == mine
    move(COPY)
    assert open_registry(COPY).client.get_experiment(mine).artifact_location == own


def test_a_server_s_registry_does_not_move() -> None:
    with pytest.raises(RegistryError) as caught:
        move("http://127.0.0.1:1")
    assert "is on a server" in sentence(caught)


def test_a_registry_zipped_to_another_machine_s_path_goes_on_there_and_back_again(
    registry: Registry, tmp_path: Path
) -> None:
    tree = store(registry, make_tree())
    before = digests("registry")
    there, back = tmp_path / "other machine" / "réseau", tmp_path / "back"
    for source, place in (("registry", there), (str(there), back)):
        packed = shutil.make_archive(str(tmp_path / "packed"), "zip", source)
        shutil.unpack_archive(packed, place)
        uri = f"sqlite:///{place}/mlflow.db"
        arrived = open_registry(uri)
        read_all(arrived, tree)
        with pytest.raises(RegistryError):
            experiment_id(arrived, "treemeta")
        move(uri)
        more = store(open_registry(uri), make_tree())
        read_all(open_registry(uri), more)
    assert len([*Path(back / "artifacts").iterdir()]) == 3 * (1 + len(tree.nodes))
    assert digests("registry") == before
    # Back in its old place, with all that was written elsewhere.
    shutil.rmtree("registry")
    shutil.unpack_archive(shutil.make_archive(str(tmp_path / "packed"), "zip", back), "registry")
    for command in ("registry move", f"tree show {tree.id}", f"tree show {more.id}"):
        # In a process that has not opened what was there before.
        program = [sys.executable, "-m", "treemeta", *command.split()]
        assert subprocess.run(program, capture_output=True).returncode == 0
