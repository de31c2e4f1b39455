import os
import sys
import time
from types import ModuleType

import pytest
import torch
from threadpoolctl import threadpool_info

from tests.trees import sentence
from treemeta.engine.local import Engine, physical_cores
from treemeta.errors import DataError, MachineError


def square(number: int) -> int:
    return number * number


def threads(_: int) -> int:
    return max(torch.get_num_threads(), *(pool["num_threads"] for pool in blas()))


def blas() -> list[dict[str, int]]:
    return [pool for pool in threadpool_info() if pool["user_api"] == "blas"]


def refuse(number: int) -> None:
    raise DataError(f"unit {number} is refused")


def where(_: int) -> int:
    time.sleep(0.05)
    return os.getpid()


def double(arrays: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name: 2 * array for name, array in arrays.items()}


def prepare() -> None:
    os.environ["PREPARED"] = str(os.getpid())


def prepared(_: int) -> bool:
    time.sleep(0.05)
    return os.environ.get("PREPARED") == str(os.getpid())


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_the_order_of_the_units(workers: int) -> None:
    with Engine(workers) as engine:
        assert engine.map(square, range(7)) == [0, 1, 4, 9, 16, 25, 36]
        assert set(engine.map(threads, range(3))) == {1}


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_in_a_unit_is_the_engine_s(workers: int) -> None:
    with Engine(workers) as engine, pytest.raises(DataError, match="is refused"):
        engine.map(refuse, range(5))


def test_after_an_error_the_engine_goes_on_with_the_next_call() -> None:
    with Engine(2) as engine:
        for _ in range(2):
            with pytest.raises(DataError):
                engine.map(refuse, range(5))
            assert engine.map(square, range(7)) == [0, 1, 4, 9, 16, 25, 36]


def test_a_function_that_no_process_finds_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    here = ModuleType("here_only")
    exec("def own(number):\n    return number", vars(here))
    here.own.__module__ = "here_only"
    monkeypatch.setitem(sys.modules, "here_only", here)
    with Engine(2) as engine, pytest.raises(ModuleNotFoundError, match="here_only"):
        engine.map(here.own, range(20))


def test_every_process_is_prepared_and_this_one_is_not() -> None:
    with Engine(3, prepare) as engine:
        engine.map(where, range(6))  # until all have started
        assert set(engine.map(prepared, range(9))) == {True, False}
    assert "PREPARED" not in os.environ


def end() -> None:
    os._exit(3)


def test_a_process_that_never_answers_is_told_of_as_such() -> None:
    with Engine(2, end) as engine:
        for work in (engine.start, lambda: engine.map(square, range(7))):
            with pytest.raises(MachineError, match="ended before it answered: let a sc") as caught:
                work()
            sentence(caught)
        assert not engine._crew


def test_processes_that_have_started_work_and_may_die_later() -> None:
    with Engine(3) as engine:
        engine.start()
        crew = list(engine._crew.values())
        assert len(crew) == 2
        engine.start()
        assert engine.map(square, range(7)) == [0, 1, 4, 9, 16, 25, 36]
        assert list(engine._crew.values()) == crew
        crew[0].kill()
        crew[0].join()
        with pytest.raises(MachineError, match="a worker process died"):
            engine.map(square, range(7))
    with Engine(1) as engine:
        engine.start()
        assert not engine._crew


def test_every_worker_takes_its_share() -> None:
    with Engine(3) as engine:
        engine.map(where, range(6))  # until all have started
        assert len(set(engine.map(where, range(9)))) == 3


def test_big_arrays_come_back_as_they_were_sent() -> None:
    init = torch.arange(50_000.0)
    units = [{"shared": init, "own": torch.full((20_000,), float(i))} for i in range(7)]
    with Engine(2) as engine:
        found = engine.map(double, units)
        engine.map(double, units[::-1])  # what was returned lies no longer where this is written
        for i, one in enumerate(found):
            assert torch.equal(one["shared"], 2 * init)
            assert one["own"].unique().tolist() == [2.0 * i]


def test_nothing_is_left_in_shared_memory() -> None:
    before = set(os.listdir("/dev/shm"))
    with Engine(2) as engine:
        engine.map(double, [{"a": torch.ones(50_000)}] * 4)
    assert set(os.listdir("/dev/shm")) <= before


def test_it_ends_though_somebody_has_taken_its_shared_memory_away() -> None:
    with Engine(2) as engine:
        engine.map(square, [1, 2, 3])
        assert engine._shared is not None
        engine._shared.unlink()
    assert engine._shared is None


@pytest.mark.parametrize(
    ("physical", "usable", "cores"), [(4, 8, 4), (4, 2, 2), (1, 8, 1), (None, 8, 1)]
)
def test_physical_cores_that_may_be_used_are_counted(
    monkeypatch: pytest.MonkeyPatch, physical: int | None, usable: int, cores: int
) -> None:
    monkeypatch.setattr("psutil.cpu_count", lambda logical: 2 * usable if logical else physical)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(usable)), raising=False)
    assert physical_cores() == cores


@pytest.mark.parametrize("workers", [1, 2])
def test_it_tells_of_every_unit_that_is_done(workers: int) -> None:
    heard: list[tuple[int, int]] = []
    with Engine(workers) as engine:
        engine.told = lambda done, total: heard.append((done, total))
        engine.map(abs, [-1, -2, -3])
        engine.map(abs, [])
    assert heard == [(0, 3), (1, 3), (2, 3), (3, 3), (0, 0)]
