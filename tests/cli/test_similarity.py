import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.conftest import SMALL, Run, flags

KEYS = {"tree", "node", "measure", "tasks", "matrix", "reliability", "episodes"}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, registry_template: Path) -> Path:
    """A working directory with one tree in its registry."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "registry").mkdir()
    shutil.copy(registry_template, folder / "registry" / "mlflow.db")
    settings = flags(**SMALL | {"meta_steps": 2, "split_every": 1, "rule": "always"})
    command = [sys.executable, "-m", "treemeta", "train", "--workers=1", *settings]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture
def tree(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, the tree's registry named by the environment."""
    uri = f"sqlite:///{trained / 'registry' / 'mlflow.db'}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_direction_and_tree_measures_and_their_exports(tree: Path, treemeta: Run) -> None:
    shown = treemeta("similarity", "latest", "--json", "--tasks=all", "--workers=1")
    assert shown.returncode == 0, shown.stderr
    read = json.loads(shown.stdout)
    assert set(read) == KEYS
    assert len(read["tasks"]) == 8
    assert np.allclose(read["matrix"], np.transpose(read["matrix"]))

    for kind in ("csv", "json", "svg", "png"):
        wrote = treemeta("similarity", "--measure=tree", f"--export=s.{kind}")
        assert (wrote.returncode, wrote.stdout) == (0, ""), wrote.stderr
    table = pd.read_csv("s.csv", index_col=0)
    again = json.loads(Path("s.json").read_text())
    assert again["measure"] == "tree"
    assert list(table.index) == again["tasks"]
    assert table.to_numpy().tolist() == again["matrix"]
    assert set(np.unique(table)) == {0, 1}  # the root's depth, or that of one of its children
    assert Path("s.svg").read_text().startswith("<?xml")
    assert Path("s.png").read_bytes().startswith(b"\x89PNG")


def test_text_tells_each_task_its_nearest(tree: Path, treemeta: Run) -> None:
    said = treemeta("similarity", "--workers=1", "--target-reliability=0").stdout.splitlines()
    assert said[0].split() == ["task", "self", "most", "similar"]
    assert [line.split()[0] for line in said[1:7]] == sorted(line.split()[0] for line in said[1:7])
    assert said[-1].startswith("reliability ")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--measure=guess"], 2, "'guess'"),
        (["--tasks=some"], 2, "'some'"),
        (["--node=r7"], 4, "'r7'"),
        (["--export=s.xlsx"], 2, "'s.xlsx'"),
        (["--measure=tree", "--export=nowhere/s.csv"], 7, "'nowhere'"),
        (["--measure=tree", "--tasks=all"], 2, "--tasks"),
        (["ffff"], 4, "'ffff'"),
    ],
)
def test_bad_input(tree: Path, treemeta: Run, arguments: list[str], code: int, said: str) -> None:
    ended = treemeta("similarity", *arguments)
    assert ended.returncode == code, ended.stderr
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""
    assert not list(tree.iterdir())
