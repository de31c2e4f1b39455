import json
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import SMALL, Run
from tests.tree.test_place import write_tasks
from tests.trees import make_consensus
from treemeta.store.registry import Registry, experiment_id
from treemeta.store.write_consensus import store_consensus
from treemeta.tasks.dataset import Dataset


@pytest.fixture
def laid(tree: Path, small: Dataset) -> Path:
    """The tree's own held-out tasks as new ones, beside its registry."""
    write_tasks(tree / "new", small, [task.name for task in small.select("test")])
    return tree


def test_tasks_that_were_held_out_go_where_they_went(laid: Path, treemeta: Run) -> None:
    shown = treemeta("route", "latest", "new", "--workers=1", "--json")
    assert (shown.returncode, shown.stderr) == (0, "")
    told = json.loads(shown.stdout)
    then = json.loads(treemeta("tree", "show", "latest", "--json").stdout)
    assert {one["task"]: one["shares"] for one in told["tasks"]} == {
        task: one["shares"] for task, one in then["routes"].items()
    }
    assert {one["task"]: one["accuracy"] for one in told["tasks"]} == then["test_accuracy"]
    known = {task for node in then["nodes"] for task in node["tasks"]}
    for one in told["tasks"]:
        assert len(one["nearest"]) == 3
        assert {near["task"] for near in one["nearest"]} <= known
    assert json.loads(treemeta("route", "latest", "new", "--workers=2", "--json").stdout) == told


def test_routes_are_printed_and_written(laid: Path, treemeta: Run) -> None:
    said = treemeta("route", "latest", "new", "--workers=1", "--export=r.csv")
    assert (said.returncode, said.stdout, said.stderr) == (0, "", "wrote r.csv\n")
    assert len(pd.read_csv("r.csv")) == 2
    name = sorted(path.name for path in Path("new").iterdir())[0]
    one = treemeta("route", "latest", f"new/{name}", "--workers=1")
    assert one.returncode == 0, one.stderr
    lines = one.stdout.partition("\n\n")[0].splitlines()
    assert [line.split()[0] for line in lines] == ["task", name, "nearest:"]


def test_a_consensus_routes_nothing(
    registry: Registry, treemeta: Run, small: Dataset, tmp_path: Path
) -> None:
    write_tasks(tmp_path / "new", small, [small.select("test")[0].name], SMALL["shots"])  # type: ignore[arg-type]
    where = experiment_id(registry, "treemeta")
    made = store_consensus(registry, where, make_consensus(), lambda tree: {})
    for command in (["route", made.id, "new"], ["tree", "register", made.id, "r", "--name=a"]):
        ended = treemeta(*command)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert "consensus" in ended.stderr


@pytest.mark.parametrize("targets", ["numbers", "classes"])
def test_rows_that_were_held_out_go_where_they_went(
    of_rows: Path, targets: str, treemeta: Run
) -> None:
    shown = treemeta("route", "latest", "held.csv", "--workers=1", "--json")
    assert (shown.returncode, shown.stderr) == (0, "")
    told = json.loads(shown.stdout)
    then = json.loads(treemeta("tree", "show", "latest", "--json").stdout)
    metric = "mse" if targets == "numbers" else "accuracy"
    assert told["metric"] == then["metric"] == metric
    assert len(then["routes"]) == (12 if targets == "numbers" else 3)
    assert len(told["tasks"][0]["shares"]) > 1
    assert {one["task"]: one["shares"] for one in told["tasks"]} == {
        task: one["shares"] for task, one in then["routes"].items()
    }
    assert {one["task"]: one[metric] for one in told["tasks"]} == then["test_accuracy"]
    text = treemeta("route", "latest", "held.csv", "--workers=1").stdout
    assert text.split()[:4] == ["task", "node", "lead", metric]
    assert treemeta("route", "latest", "held.csv", "--export=r.csv").returncode == 0
    assert metric in pd.read_csv("r.csv").columns


@pytest.mark.parametrize("targets", ["classes"])
def test_columns_in_another_order_go_where_they_went(of_rows: Path, treemeta: Run) -> None:
    pd.read_csv("held.csv", dtype=str).iloc[:, ::-1].to_csv("turned.csv", index=False)
    as_held, turned = (
        json.loads(treemeta("route", "latest", name, "--workers=1", "--json").stdout)
        for name in ("held.csv", "turned.csv")
    )
    assert turned["tasks"] == as_held["tasks"]


@pytest.mark.parametrize("targets", ["classes"])
def test_rows_of_another_kind_are_refused(of_rows: Path, treemeta: Run) -> None:
    held = pd.read_csv("held.csv")
    Path("images").mkdir()
    held.drop(columns="e").to_csv("few.csv", index=False)
    held.rename(columns={"b": "B"}).to_csv("called.csv", index=False)
    held.drop(columns="class").assign(target=1).to_csv("numbers.csv", index=False)
    held.groupby(["task", "class"]).head(1).to_csv("lean.csv", index=False)
    for path, code, said in (
        ("images", 2, "grown on rows"),
        ("none.csv", 3, "'none.csv' cannot be read"),
        ("few.csv", 3, "few.csv has 4 features, and the rows that the tree was grown on have 5"),
        ("called.csv", 3, "has features called 'B', where those of the tree's rows are 'b': give"),
        ("numbers.csv", 3, "has the column target, and the tree tells classes"),
        ("lean.csv", 3, "has 1 rows, but a support of the tree takes 2: add rows"),
    ):
        ended = treemeta("route", "latest", path)
        assert (ended.returncode, ended.stdout) == (code, "")
        assert said in ended.stderr
        assert ended.stderr.count("\n") == 1


def test_a_tree_of_images_takes_no_table(tree: Path, treemeta: Run) -> None:
    ended = treemeta("route", "latest", "t.csv")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "grown on images" in ended.stderr
