"""What many tests need: a small data set, an empty registry, Omniglot where it is, the program."""

import io
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from hypothesis import settings

from treemeta.cli.main import run
from treemeta.config import Config
from treemeta.declared import make_config
from treemeta.engine.local import Engine
from treemeta.store.registry import Registry, open_registry
from treemeta.tasks.cache import reopen
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.imported import omniglot_path
from treemeta.tasks.sources import open_dataset

torch.set_num_threads(1)
settings.register_profile("treemeta", deadline=None)  # a busy machine fails no test
settings.load_profile("treemeta")
Run = Callable[..., subprocess.CompletedProcess[str]]

# Two families of two training scripts, and networks of 8 filters: enough to be real, quick to run.
SMALL = {
    "learner": "reptile",
    "gate": "none",
    "dataset": "glyphs:families=2,scripts=4,characters=6,drawings=6",
    "ways": 3,
    "shots": 2,
    "queries": 2,
    "filters": 8,
    "inner_steps": 2,
    "inner_batch_size": 6,
    "meta_steps": 4,
    "split_every": 2,
    "meta_batch_size": 3,
    "min_tasks": 2,
    "max_children": 2,
    "probe_episodes": 8,
    "resamples": 5,
    "node_episodes": 2,
    "test_episodes": 2,
    "eval_inner_steps": 3,
}
# The same for solved heads, on the network that they are for.
SMALL_SOLVED = SMALL | {"learner": "solved", "meta_batch_size": 2, "shots": 2}


@pytest.fixture(scope="session", autouse=True)
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pack data sets in a folder of the tests', unless one is named."""
    named = os.environ.get("TREEMETA_DATA")
    folder = Path(named) if named else tmp_path_factory.mktemp("data")
    os.environ["TREEMETA_DATA"] = str(folder)
    return folder


@pytest.fixture
def packs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder of its own for a test that packs, as the program finds it."""
    folder = tmp_path / "cache"
    folder.mkdir()
    monkeypatch.setenv("TREEMETA_DATA", str(folder))
    yield folder
    reopen.cache_clear()


@pytest.fixture(scope="session")
def small_config() -> Config:
    return make_config(SMALL)


@pytest.fixture(scope="session")
def solved_config() -> Config:
    return make_config(SMALL_SOLVED)


@pytest.fixture(scope="session")
def small(small_config: Config, data_folder: Path) -> Dataset:
    return open_dataset(small_config.dataset)


@pytest.fixture(scope="session")
def functions(data_folder: Path) -> Dataset:
    """Two functions of each family to train on, and one held out."""
    return open_dataset("functions:functions=2,held_out=1,points=30")


@pytest.fixture(scope="session")
def omniglot(data_folder: Path) -> Dataset:
    """Omniglot itself; where it is missing the test is skipped, unless it is required."""
    if not omniglot_path().exists():
        reason = "Omniglot is not packed: run 'treemeta data import PATH' with TREEMETA_DATA set"
        if os.environ.get("TREEMETA_REQUIRE_OMNIGLOT"):
            pytest.fail(reason)
        pytest.skip(reason)
    return open_dataset("omniglot")


@pytest.fixture(scope="session")
def engine() -> Engine:
    return Engine(1)


@pytest.fixture(scope="session")
def registry_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty registry; making one takes MLflow seconds, so tests copy this."""
    path = tmp_path_factory.mktemp("template") / "mlflow.db"
    open_registry(f"sqlite:///{path}", create=True)
    return path


@pytest.fixture
def workplace(tmp_path: Path, registry_template: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory with an empty registry in its usual place."""
    (tmp_path / "registry").mkdir()
    shutil.copy(registry_template, tmp_path / "registry" / "mlflow.db")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.delenv("MLFLOW_EXPERIMENT_NAME", raising=False)
    return tmp_path


@pytest.fixture
def registry(workplace: Path) -> Registry:
    return open_registry("sqlite:///registry/mlflow.db")


@pytest.fixture
def treemeta(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the program as the shell would, but in this process, which has loaded torch already."""

    def program(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        command = ["treemeta", *map(str, arguments)]
        stdout, stderr = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
        with monkeypatch.context() as patched:
            patched.setattr(sys, "argv", command)
            patched.setattr(sys, "stdout", stdout)
            patched.setattr(sys, "stderr", stderr)
            for name, value in environment.items():
                patched.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                run()
            signal.signal(signal.SIGINT, signal.default_int_handler)  # which its exit ignores
        for stream in (stdout, stderr):
            stream.flush()
        said = [stream.buffer.getvalue().decode() for stream in (stdout, stderr)]  # type: ignore[attr-defined]
        return subprocess.CompletedProcess(command, int(ended.value.code or 0), *said)

    return program


def flags(**settings: object) -> list[str]:
    """Return settings as command-line options."""
    return [f"--{name.replace('_', '-')}={value}" for name, value in settings.items()]
