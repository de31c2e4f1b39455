import pytest

from treemeta.api.arms import Clock, reason_of, time_text
from treemeta.config import Config


def test_a_reason_names_seeds_only_where_they_differ() -> None:
    repeats = ((0, 0), (0, 1))
    assert reason_of(dict.fromkeys(repeats, "no cut"), repeats) == "no cut"
    assert reason_of({(0, 1): "no cut"}, repeats) == "with seed 1 no cut"
    assert reason_of({(2, 1): "no cut"}, repeats) == "with task split 2, seed 1 no cut"


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
