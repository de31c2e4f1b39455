import multiprocessing
from typing import Any

import pytest

from tests.trees import sentence
from treemeta.engine.opening import check_engine, check_registry, open_engine
from treemeta.errors import ConfigError


def test_a_file_is_no_registry_for_several_hosts() -> None:
    with pytest.raises(ConfigError, match="start a tracking server"):
        check_registry("sqlite:///registry/mlflow.db", {"a", "b"})
    check_registry("http://127.0.0.1:5000", {"a", "b"})
    check_registry("sqlite:///registry/mlflow.db", {"a"})


@pytest.mark.parametrize(
    ("kind", "workers", "device", "said"),
    [
        ("dask", None, "cpu", "--engine is 'dask': choose local or ray"),
        ("ray", 2, "cpu", "takes no --workers"),
        ("ray", None, "cuda", "takes no --workers and no --device"),
        ("local", None, "tpu", "--device is 'tpu'"),
    ],
)
def test_a_mistake_gets_one_sentence(
    kind: str, workers: int | None, device: str, said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        open_engine(kind, workers, device, "sqlite:///registry/mlflow.db")


def test_workers_are_those_asked_for() -> None:
    with open_engine("local", 3, "cpu", "") as engine:
        assert engine.workers == 3
        assert not engine.remote


def test_a_worker_that_imports_a_script_runs_none_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multiprocessing.current_process(), "_inheriting", True, raising=False)
    with pytest.raises(ConfigError, match="which imports the script, comes to what") as caught:
        check_engine("local", 1, "cpu")
    assert 'if __name__ == "__main__":' in sentence(caught)


@pytest.mark.parametrize("workers", [0, -1])
def test_somebody_has_to_work(workers: int) -> None:
    with pytest.raises(ConfigError, match=f"--workers is {workers}: give 1 or more"):
        check_engine("local", workers, "cpu")


@pytest.mark.parametrize("workers", [2.0, "2", True, [2]])
def test_workers_are_counted(workers: Any) -> None:
    with pytest.raises(ConfigError, match=r"--workers is .*: give a whole number, 1 or m") as of:
        check_engine("local", workers, "cpu")
    sentence(of)
