import pytest

from treemeta.api.repeats import chosen_arms, chosen_config, chosen_numbers, curved
from treemeta.config import Config
from treemeta.errors import ConfigError


def test_arms_come_in_their_usual_order() -> None:
    assert chosen_arms("tree,own,joint") == ("joint", "tree", "own")
    assert chosen_arms("joint, tree") == chosen_arms(["tree", "joint"]) == ("joint", "tree")
    assert len(chosen_arms(None)) == 17
    assert "own" not in chosen_arms(None)
    for text, said in (("tree,reptile", "'reptile'"), ("", "''"), ("tree,tree", "2 times")):
        with pytest.raises(ConfigError, match=said):
            chosen_arms(text)


def test_the_arm_is_a_tree_s() -> None:
    assert chosen_config({"arm": "joint"}, {}).arm == "tree"
    with pytest.raises(ConfigError, match="--arms"):
        chosen_config({}, {"arm": "joint"})


def test_the_way_is_examined_three_times_between_two_questions() -> None:
    assert curved(Config(split_every=300)).eval_every == 100
    assert curved(Config(split_every=2)).eval_every == 1


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
