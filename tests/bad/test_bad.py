"""Bad input ends with one sentence and its exit code, and leaves nothing."""

import shutil
from pathlib import Path

import pytest

from tests.bad import data, mistakes, options, parameters, registries
from tests.bad.made import LOCKED, URI, Bad
from tests.conftest import SMALL, Run
from treemeta.declared import make_config
from treemeta.engine.local import Engine
from treemeta.store.move import move
from treemeta.tasks.sources import open_dataset
from treemeta.tree.job import begin
from treemeta.tree.plan import Plan
from treemeta.tree.train import train

BAD = mistakes.BAD | options.BAD | data.BAD | registries.BAD | parameters.BAD


@pytest.fixture(scope="module")
def grown(
    tmp_path_factory: pytest.TempPathFactory, registry_template: Path, data_folder: Path
) -> Path:
    """A folder with a registry that holds one tree."""
    folder = tmp_path_factory.mktemp("grown")
    (folder / "registry").mkdir()
    shutil.copy(registry_template, folder / "registry" / "mlflow.db")
    config = make_config(SMALL | {"rule": "always", "max_depth": 1, "learner": "solved"})
    uri = f"sqlite:///{folder}/registry/mlflow.db"
    job = begin(Plan("", config), open_dataset(config.dataset), uri, "treemeta")
    train(job, lambda _: {}, lambda _: None, Engine(1))
    return folder


def everything(folder: Path) -> dict[str, tuple[int, int]]:
    """Return what lies in a folder, with sizes and times of change."""
    return {
        str(path.relative_to(folder)): (path.lstat().st_size, path.lstat().st_mtime_ns)
        for path in folder.rglob("*")
        if not path.is_dir() or path.is_symlink()
    }


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_bad_input_is_one_sentence_and_leaves_nothing(
    grown: Path, tmp_path: Path, treemeta: Run, monkeypatch: pytest.MonkeyPatch, bad: Bad
) -> None:
    shutil.copytree(grown, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    move(URI)
    bad.prepare()
    before = everything(tmp_path)
    ended = treemeta(*bad.command, **bad.environment)
    for database in LOCKED:
        database.close()
    LOCKED.clear()
    said = ended.stderr.strip().splitlines()
    assert ended.returncode == bad.code, ended.stderr
    assert bad.said in ended.stderr
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr
    assert "secret" not in ended.stderr
    assert said[-1].startswith("treemeta: ")
    assert everything(tmp_path) == before
