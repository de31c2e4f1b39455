import json
import shutil
from pathlib import Path

from tests.conftest import SMALL, Run
from tests.trees import make_tree, store
from treemeta.declared import make_config
from treemeta.engine.local import Engine
from treemeta.store.read import read_tree
from treemeta.store.registry import Registry
from treemeta.store.runs import CONFIG_COMMIT
from treemeta.tasks.dataset import Dataset
from treemeta.tree.job import begin
from treemeta.tree.plan import Plan
from treemeta.tree.train import train


def test_a_registry_that_was_moved_is_told_so_and_made_its_own(
    registry: Registry, treemeta: Run
) -> None:
    tree = store(registry, make_tree(), finish=False)
    shutil.move("registry", "copy")
    place = ("--tracking-uri", "sqlite:///copy/mlflow.db")
    folder = Path("copy/artifacts").resolve()
    assert treemeta("tree", "show", tree.id, *place).returncode == 0
    ended = treemeta("registry", "move", *place)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == f"experiments 1, runs 6: their files are at {folder}\n"
    again = treemeta("registry", "move", *place)
    assert again.stdout == (
        f"nothing to do: the registry's files are said to be at {folder} already\n"
    )
    missing = treemeta("registry", "move")
    assert (missing.returncode, missing.stdout) == (4, "")
    assert "no registry at registry/mlflow.db" in missing.stderr
    assert not Path("registry").exists()


def test_the_doctor_tells_what_is_wrong_and_mends_it(
    registry: Registry, small: Dataset, engine: Engine, treemeta: Run
) -> None:
    assert treemeta("registry", "doctor").stderr == "nothing is wrong with the registry\n"
    config = make_config(SMALL | {"rule": "always", "min_tasks": 1})
    job = begin(Plan("", config), small, registry.uri, "treemeta")
    tree = train(job, lambda _: {}, lambda _: None, engine)
    registry.client.delete_run(tree.leaves()[-1].run_id)
    other = store(registry, make_tree(), finish=False)
    told = [
        f"tree {other.id[:8]}: it is said to be running, but nobody trains it (can be ended)",
        f"tree {tree.id[:8]}: tree {tree.id} is finished but lacks {tree.leaves()[-1].name}: "
        "restore their runs (can be grown again)",
    ]
    ended = treemeta("registry", "doctor", "--json")
    assert ended.returncode == 5
    *said, last = ended.stderr.splitlines()
    assert said == told
    assert last == (
        "treemeta: 2 things are wrong with the registry, with --fix: mended where that is said"
    )
    assert [one["tree"] for one in json.loads(ended.stdout)] == [other.id, tree.id]
    ended = treemeta("registry", "doctor", "--fix", "--workers", "1")
    assert ended.returncode == 0
    assert "  ended" in ended.stderr.splitlines()
    assert "  grown again, to the same bits" in ended.stderr.splitlines()
    assert read_tree(registry, tree.id).hash() == tree.hash()
    assert treemeta("registry", "doctor").returncode == 0


def test_runs_are_removed_only_where_somebody_agrees(registry: Registry, treemeta: Run) -> None:
    tree = store(registry, make_tree())
    registry.client.delete_tag(tree.id, CONFIG_COMMIT)
    ended = treemeta("registry", "doctor", "--fix")
    assert (ended.returncode, ended.stderr.splitlines()[-1]) == (
        5, "treemeta: 2 things are wrong with the registry",
    )  # fmt: skip
    ended = treemeta("registry", "doctor", "--fix", "--yes")
    assert ended.returncode == 0
    assert ended.stderr.splitlines().count("  removed") == 2  # what was no tree, then its nodes
    assert treemeta("registry", "doctor").returncode == 0
