"""A tree that commands look at."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.of_rows import grow
from tests.conftest import SMALL, flags


@pytest.fixture(scope="session")
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


@pytest.fixture(scope="session")
def rows_grown(
    tmp_path_factory: pytest.TempPathFactory, registry_template: Path
) -> dict[str, Path]:
    """Folders with a tree of numbers and with one of classes, of rows."""
    return {
        targets: grow(tmp_path_factory.mktemp(targets), registry_template, targets)
        for targets in ("numbers", "classes")
    }


@pytest.fixture
def of_rows(
    rows_grown: dict[str, Path], targets: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """An empty working directory beside a tree of rows that tells such targets, which the
    environment names, with what was held out."""
    folder = rows_grown[targets]
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{folder}/registry/mlflow.db")
    monkeypatch.chdir(tmp_path)
    shutil.copy(folder / "held.csv", tmp_path)
    return tmp_path
