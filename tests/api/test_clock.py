from contextlib import nullcontext

import pytest

from treemeta.api.clock import Clock, time_text
from treemeta.config import Config


def test_what_is_trained_is_said_before_it_is_done() -> None:
    said: list[str] = []
    clock, config = Clock(2, said.append), Config(seed=1, task_split=2)
    with clock.begin(config, "tree", lambda one: nullcontext(print), config) as listen:
        assert listen is print
    clock.tell(config, "tree", "stored")
    clock.tell(config, "joint", "left out")
    assert said == [
        "1/2  task split 2, seed 1  tree: training",
        "1/2  task split 2, seed 1  tree: stored",
        "2/2  task split 2, seed 1  joint: left out",
    ]


def test_time_left_is_the_mean_of_what_was_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    times = iter([0.0, 10.0, 11.0, 31.0])
    monkeypatch.setattr("time.monotonic", lambda: next(times))
    clock = Clock(7, said.append)
    for arm, trained in (("tree", True), ("joint", False), ("own", True)):
        clock.tell(Config(), arm, "done", trained)
    assert [line.partition("(")[2] for line in said] == [
        "0:01:00 left)",
        "0:00:50 left)",
        "0:01:00 left)",
    ]
    assert time_text(3661.4) == "1:01:01"
