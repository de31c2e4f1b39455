"""The examples run, and print what they promise."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


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


def leaves(said: str) -> list[set[str]]:
    """Return the kinds of the tasks of each leaf that was printed."""
    nodes = dict(re.findall(r"^(r\d*) ([a-z]+\d+(?: [a-z]+\d+)*)$", said, re.MULTILINE))
    ends = [tasks for name, tasks in nodes.items() if name + "0" not in nodes]
    return [set(re.findall("[a-z]+", tasks)) for tasks in ends]


@pytest.mark.parametrize("name", ["images", "embeddings", "regression"])
def test_an_example_parts_what_asks_differently(name: str, tmp_path: Path) -> None:
    said = run(name, tmp_path)
    parted = leaves(said)
    assert len(parted) > 1
    assert all(len(kinds) == 1 for kinds in parted)
    assert (tmp_path / "registry" / "mlflow.db").exists()


def test_every_example_is_run_and_has_cells() -> None:
    there = {path.stem for path in EXAMPLES.glob("*.py")}
    assert there == {"images", "embeddings", "regression"}
    assert all("\n# %% " in (EXAMPLES / f"{name}.py").read_text() for name in there)
