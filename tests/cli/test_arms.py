import pytest

from treemeta.cli.arms import (
    Clock,
    chosen_arms,
    chosen_config,
    chosen_numbers,
    reason_of,
    time_text,
)
from treemeta.config import Config
from treemeta.errors import ConfigError


def test_arms_come_in_their_usual_order() -> None:
    assert chosen_arms("tree,own,joint") == ("joint", "tree", "own")
    assert chosen_arms("joint, tree") == ("joint", "tree")
    assert len(chosen_arms(None)) == 17
    assert "own" not in chosen_arms(None)
    for text, said in (("tree,reptile", "'reptile'"), ("", "''"), ("tree,tree", "2 times")):
        with pytest.raises(ConfigError, match=said):
            chosen_arms(text)


def test_the_way_is_examined_unless_somebody_says_otherwise() -> None:
    assert chosen_config({}, {"split_every": 300}).eval_every == 100
    assert chosen_config({}, {"split_every": 2}).eval_every == 1
    assert chosen_config({"eval_every": 0}, {}).eval_every == 0
    assert chosen_config({"arm": "joint"}, {}).arm == "tree"
    with pytest.raises(ConfigError, match="--arms"):
        chosen_config({}, {"arm": "joint"})


def test_seeds_are_counted_or_the_config_s() -> None:
    assert chosen_numbers(3, "seed", {}, Config(seed=7)) == (0, 1, 2)
    assert chosen_numbers(None, "seed", {"seed": 7}, Config(seed=7)) == (7,)
    with pytest.raises(ConfigError, match="leave --seed out"):
        chosen_numbers(3, "seed", {"seed": 7}, Config(seed=7))


def test_task_splits_are_counted_or_the_config_s() -> None:
    assert chosen_numbers(2, "task_split", {}, Config(task_split=7)) == (0, 1)
    assert chosen_numbers(None, "task_split", {"task_split": 7}, Config(task_split=7)) == (7,)
    with pytest.raises(ConfigError, match="leave --task-split out"):
        chosen_numbers(2, "task_split", {"task_split": 7}, Config(task_split=7))


def test_a_reason_names_seeds_only_where_they_differ() -> None:
    repeats = ((0, 0), (0, 1))
    assert reason_of(dict.fromkeys(repeats, "no cut"), repeats) == "no cut"
    assert reason_of({(0, 1): "no cut"}, repeats) == "with seed 1 no cut"
    assert reason_of({(2, 1): "no cut"}, repeats) == "with task split 2, seed 1 no cut"


def test_time_left_is_the_mean_of_what_was_trained(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter([0.0, 10.0, 11.0, 31.0])
    monkeypatch.setattr("time.monotonic", lambda: next(times))
    clock = Clock(7)
    for arm, trained in (("tree", True), ("joint", False), ("own", True)):
        clock.tell(Config(), arm, "done", trained)
    assert [line.partition("(")[2] for line in capsys.readouterr().err.splitlines()] == [
        "0:01:00 left)",
        "0:00:50 left)",
        "0:01:00 left)",
    ]
    assert time_text(3661.4) == "1:01:01"
