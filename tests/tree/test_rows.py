"""Rows instead of images, numbers instead of classes, through all that a tree is made by."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.conftest import SMALL, SMALL_SOLVED, Run, flags
from treemeta.store.read import read_tree
from treemeta.store.registry import open_registry

FUNCTIONS = {"dataset": "functions:functions=2,held_out=1,points=40", "ways": "auto"}
FUNCTIONS |= {"inner_batch_size": 4}
QUICK = {"probe_episodes": 4, "max_children": 2, "rule": "always", "min_tasks": 2}
MEASURES = ["direction", "tree", "cophenetic", "transfer", "task2vec", "loss", "pixels", "nuisance"]
REFUSED = {"nuisance"}  # which makes sense of images alone, and says so


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten tasks of four classes, each a cloud of points about a centre of its own."""
    rng, rows = np.random.default_rng(0), []
    for task in range(10):
        for label in range(4):
            for row in rng.normal(rng.normal(0, 2, 5), 0.3, (8, 5)):
                rows.append([f"t{task}", f"c{label}", *row])
    frame = pd.DataFrame(rows, columns=["task", "class", *"abcde"])
    frame.to_csv(path := tmp_path_factory.mktemp("table") / "clouds.csv", index=False)
    return path


def settings_of(learner: str, targets: str, table: Path) -> dict[str, Any]:
    base = (SMALL_SOLVED if learner == "solved" else SMALL) | QUICK
    return base | (FUNCTIONS if targets == "numbers" else {"dataset": str(table)})


@pytest.mark.parametrize("learner", ["solved", "reptile"])
@pytest.mark.parametrize("targets", ["numbers", "classes"])
def test_rows_are_trained_told_and_drawn(
    learner: str, targets: str, table: Path, workplace: Path, treemeta: Run
) -> None:
    settings = settings_of(learner, targets, table)
    made = treemeta("train", "--workers=1", *flags(**settings), "--json")
    assert made.returncode == 0, made.stderr
    told = json.loads(made.stdout)
    metric = "mse" if targets == "numbers" else "accuracy"
    assert told["metric"] == metric
    registry = open_registry("sqlite:///registry/mlflow.db")
    tree = read_tree(registry, told["tree"])
    assert tree.config["features"] == (2 if targets == "numbers" else 5)
    assert (tree.config["targets"], tree.config["network"]) == (targets, "mlp")
    assert f"  {metric} " in treemeta("tree", "show", "--routes").stdout
    assert f"  {metric} " in treemeta("tree", "list").stdout
    for arguments in (
        ["tree", "export", "--output=t.png"],
        ["tree", "gains", "--workers=1", "--json"],
        ["clusters", "--workers=1", "--target-reliability=0"],
        ["similarity", "--workers=1", "--target-reliability=0", "--export=s.svg"],
        ["report", "--workers=1"],
        ["registry", "doctor"],
    ):
        ended = treemeta(*arguments)
        assert ended.returncode == 0, (arguments, ended.stderr)


@pytest.mark.parametrize("targets", ["numbers", "classes"])
def test_every_measure_is_told_or_refused_with_its_reason(
    targets: str, table: Path, workplace: Path, treemeta: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("STEPS", "TARGETS"):
        monkeypatch.setattr(f"treemeta.measures.outer.{name}", 2)
    settings = settings_of("solved", targets, table)
    assert treemeta("train", "--workers=1", *flags(**settings)).returncode == 0
    for measure in MEASURES:
        ended = treemeta(
            "similarity", f"--measure={measure}", "--workers=1", "--target-reliability=0", "--json"
        )
        if measure in REFUSED:
            assert ended.returncode == 2
            assert ended.stderr.count("\n") == 1
            assert f"--measure {measure} " in ended.stderr
        else:
            assert ended.returncode == 0, (measure, ended.stderr)
            assert len(json.loads(ended.stdout)["tasks"]) == (12 if targets == "numbers" else 7)
    options = ("--measure=pixels", "--validate=transfer", "--target-reliability=0", "--workers=1")
    held = treemeta("similarity", *options)
    assert held.returncode == 0, held.stderr
    assert "nuisance: " not in held.stdout


def test_arms_are_compared_by_their_errors(workplace: Path, treemeta: Run) -> None:
    settings = settings_of("solved", "numbers", Path())
    ended = treemeta(
        "compare", "--workers=1", *flags(**settings), "--seeds=1",
        "--arms=scratch,joint,joint-equal-compute,joint-wide,tree,random,oracle", "--json",
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    assert found["metric"] == "mse"
    reached = {arm: one["mean"] for arm, one in found["arms"].items()}
    for one in found["differences"]:
        if one["arm"] == "tree" and "group" not in one:
            gain = reached[one["against"]] - reached["tree"]  # less is better
            assert one["mean"] == pytest.approx(gain, abs=1e-9)
    assert reached["joint"] < reached["scratch"]


def test_any_workers_give_the_same_tree(workplace: Path, treemeta: Run) -> None:
    settings = settings_of("solved", "numbers", Path())
    hashes = {
        json.loads(treemeta("train", f"--workers={n}", *flags(**settings), "--json").stdout)["hash"]
        for n in (1, 2)
    }
    assert len(hashes) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--dataset=functions", "--targets=classes"], 2, "--ways 5 does not|--targets classes is"),
        (["--dataset=functions", "--network=conv2"], 2, "--network conv2 is for images"),
        (["--dataset=none.csv"], 3, "table 'none.csv' cannot be read"),
        (["--dataset=functions:functions=0"], 2, "functions:functions=0 must be from 1"),
        (["--dataset=functions:points=9"], 3, "has 9 rows, but an episode takes 10"),
        (["--dataset=functions", "--held-out=0.5"], 2, "--held-out 0.5 is for tables and folders"),
    ],
)
def test_what_does_not_go_together_is_refused(
    arguments: list[str], code: int, said: str, workplace: Path, treemeta: Run
) -> None:
    ended = treemeta("train", *arguments)
    assert ended.returncode == code, ended.stderr
    assert any(one in ended.stderr for one in said.split("|"))
    assert not (workplace / "registry" / "artifacts").exists()
