import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.store.damaged import Damage, delete, hang, tag
from tests.store.test_structure import twin
from tests.trees import arrays, artifact, make_consensus, make_tree, run_of, store
from treemeta.store.checkpoint import write_checkpoint
from treemeta.store.checkup import END, FORGET, MOVE, REGROW, REMOVE, Finding, look_over
from treemeta.store.mend import clear, mend
from treemeta.store.owner import owned
from treemeta.store.read import read_tree
from treemeta.store.records import Tree
from treemeta.store.registry import Registry, experiment_id, open_registry
from treemeta.store.runs import COMMIT, CONFIG_COMMIT


def found(registry: Registry) -> list[Finding]:
    return list(look_over(registry))


def ended(registry: Registry, finish: bool = True) -> Tree:
    tree = store(registry, make_tree(), finish)
    registry.client.set_terminated(tree.id, "FINISHED" if finish else "KILLED")
    return tree


@pytest.mark.parametrize("finish", [True, False])
def test_nothing_is_wrong_with_sound_trees(registry: Registry, finish: bool) -> None:
    ended(registry, finish)
    store(registry, make_consensus())
    registry.client.create_run(experiment_id(registry, "treemeta"))  # somebody's own
    assert found(registry) == []


def test_a_tree_that_nobody_trains_is_not_running(registry: Registry) -> None:
    tree = store(registry, make_tree(), finish=False)
    with owned(registry, tree.id):
        assert found(registry) == []
    (one,) = found(registry)
    assert (one.tree, one.runs, one.mends) == (tree.id, (tree.id,), END)
    mend(registry, one)
    assert registry.client.get_run(tree.id).info.status == "KILLED"
    assert found(registry) == []


def test_what_killed_trainings_left_is_removed(registry: Registry) -> None:
    tree = ended(registry, finish=False)
    registry.client.delete_tag(run_of(tree, "r01"), COMMIT)
    older = ended(registry)
    registry.client.delete_tag(older.id, CONFIG_COMMIT)
    begun = registry.client.create_run(
        experiment_id(registry, "treemeta"), tags={"treemeta.kind": "beginning"}
    )
    every = found(registry)
    assert {run for one in every for run in one.runs} == {
        run_of(tree, "r01"), older.id, begun.info.run_id, *(node.run_id for node in older.nodes),
    }  # fmt: skip
    assert {one.mends for one in every} == {REMOVE}
    for one in every:
        mend(registry, one)
    assert found(registry) == []
    assert [node.name for node in read_tree(registry, tree.id).nodes] == ["r", "r0", "r1", "r00"]


def test_second_copies_are_removed_and_what_hangs_below_them_is_hung_below_the_first(
    registry: Registry,
) -> None:
    tree = ended(registry)
    twin(registry, tree, "r0")
    other = next(
        run for run in registry.client.search_runs(
            [experiment_id(registry, "treemeta")], filter_string="tags.`treemeta.node` = 'r0'"
        ) if run.info.run_id != run_of(tree, "r0")
    )  # fmt: skip
    registry.client.set_tag(run_of(tree, "r00"), "mlflow.parentRunId", other.info.run_id)
    (one,) = found(registry)
    assert (one.runs, one.mends) == ((other.info.run_id,), REMOVE)
    mend(registry, one)
    assert found(registry) == []
    assert read_tree(registry, tree.id) == tree


def spoil(name: str, file: str) -> Damage:
    return lambda registry, tree: artifact(run_of(tree, name), file).write_bytes(b"x")


@pytest.mark.parametrize(
    ("damage", "runs"),
    [
        (delete("r01"), []),
        (delete("r0"), ["r00", "r01"]),
        (spoil("r01", "params.safetensors"), ["r01"]),
        (spoil("r01", "node.json"), ["r01"]),
        (spoil("r0", "fork.safetensors"), ["r0", "r00", "r01"]),
        (spoil("r", "params.safetensors"), ["r", "r0", "r1", "r00", "r01"]),
        (tag("r1", COMMIT, None), ["r1"]),
        (tag("r1", "treemeta.node", "../r"), ["r1"]),
        (hang("r01", "r1"), ["r01"]),
        (hang("r0", "r0"), ["r0", "r00", "r01"]),
    ],
)
def test_what_cannot_be_read_of_a_tree_can_be_grown_again(
    registry: Registry, damage: Damage, runs: list[str]
) -> None:
    tree, other = ended(registry), ended(registry)
    damage(registry, tree)
    (one,) = found(registry)
    assert (one.tree, one.mends) == (tree.id, REGROW)
    assert set(one.runs) == {run_of(tree, name) for name in runs}
    clear(registry, one)
    left = read_tree(registry, tree.id)
    assert left.status == "unfinished"
    assert all(node.status == "finished" for node in left.nodes)
    assert read_tree(registry, other.id) == other


@pytest.mark.parametrize("file", ["config.json", "tree.json"])
def test_a_tree_of_which_nobody_knows_how_it_was_grown_is_only_told(
    registry: Registry, file: str
) -> None:
    tree = ended(registry)
    artifact(tree.id, file).unlink()
    (one,) = found(registry)
    assert (one.runs, one.mends) == ((), "" if file == "config.json" else REGROW)
    assert f"{file} is missing" in one.said


def test_nodes_of_no_tree_are_lost(registry: Registry) -> None:
    tree = ended(registry)
    registry.client.delete_run(tree.id)
    (one,) = found(registry)
    assert (set(one.runs), one.mends) == ({node.run_id for node in tree.nodes}, REMOVE)


def test_a_copy_is_told_to_move(registry: Registry) -> None:
    ended(registry)
    shutil.copytree("registry", "copy")
    copy = open_registry("sqlite:///copy/mlflow.db")
    (one,) = found(copy)
    assert one.mends == MOVE
    mend(copy, one)
    assert found(open_registry("sqlite:///copy/mlflow.db")) == []


def test_looking_changes_nothing(registry: Registry) -> None:
    tree = store(registry, make_tree())
    artifact(run_of(tree, "r01"), "node.json").unlink()

    def content() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}

    before = content()
    assert found(registry)
    assert content() == before
    with sqlite3.connect("registry/mlflow.db") as database:
        assert database.execute("pragma integrity_check").fetchone() == ("ok",)
    database.close()


def test_a_checkpoint_that_was_damaged_is_forgotten(registry: Registry) -> None:
    tree = ended(registry, finish=False)
    write_checkpoint(registry, tree.id, {"number": 0}, {"0": arrays(1)})
    assert found(registry) == []
    (path,) = Path(f"registry/artifacts/{tree.id}/artifacts").glob("checkpoint-*.safetensors")
    path.write_bytes(b"")
    (one,) = found(registry)
    assert (one.tree, one.mends) == (tree.id, FORGET)
    assert f"{path.name} was changed after it was committed" in one.said
    mend(registry, one)
    assert found(registry) == []
    assert not path.exists()
    assert read_tree(registry, tree.id) == tree


def test_a_finished_tree_needs_no_checkpoint(registry: Registry) -> None:
    tree = ended(registry)
    write_checkpoint(registry, tree.id, {"number": 0}, {"0": arrays(1)})
    (one,) = found(registry)
    assert (one.tree, one.mends) == (tree.id, FORGET)
    assert one.said == "it is finished, and has a checkpoint all the same"
    mend(registry, one)
    assert found(registry) == []
