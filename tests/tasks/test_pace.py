from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treemeta.config import Config
from treemeta.tasks.pace import ASKED, LEAST, MOST_ASKED, PATH, paced

TABLE = Config(dataset="t.csv")
SEEN = 25 * 5 * 10  # rows of a step


def pace_of(config: Config, targets: Any, rows: int, features: int = 3) -> tuple[int, int]:
    told = paced(config, replace(config, features=9, targets=targets), rows, features)
    return told.meta_steps, told.split_every


def test_few_rows_are_seen_so_often_and_asked_of_so_soon() -> None:
    assert pace_of(TABLE, "classes", SEEN) == (PATH, ASKED)
    assert pace_of(TABLE, "classes", 2 * SEEN) == (2 * PATH, 2 * ASKED)
    assert pace_of(replace(TABLE, ways=10), "classes", 2 * SEEN) == (PATH, ASKED)


def test_many_rows_take_the_whole_path_and_are_asked_of_half_way() -> None:
    assert pace_of(TABLE, "classes", 10**6) == (1500, 750)
    assert pace_of(replace(TABLE, learner="reptile"), "classes", 10**6) == (1500, 500)


def test_numbers_have_one_class_an_episode_to_see_rows_of() -> None:
    assert pace_of(TABLE, "numbers", SEEN) == (5 * PATH, 5 * ASKED)
    assert pace_of(TABLE, "numbers", 10**6) == (1500, 750)


def test_numbers_of_a_line_or_a_plane_take_the_whole_path_and_classes_do_not() -> None:
    for features in (1, 2):
        assert pace_of(TABLE, "numbers", SEEN, features) == (1500, 750)
        assert pace_of(TABLE, "classes", SEEN, features) == (PATH, ASKED)


def test_numbers_of_a_linear_network_take_the_whole_path() -> None:
    linear = replace(TABLE, network="linear")
    assert pace_of(linear, "numbers", SEEN) == (1500, 750)
    assert pace_of(linear, "classes", SEEN) == (PATH, ASKED)


def test_what_is_said_is_kept() -> None:
    assert pace_of(replace(TABLE, meta_steps=1600), "classes", SEEN) == (1600, 200)
    assert pace_of(replace(TABLE, split_every=7), "classes", SEEN) == (PATH, 7)
    both: Any = {"meta_steps": 9, "split_every": 9}
    assert pace_of(replace(TABLE, **both), "classes", SEEN) == (9, 9)


@pytest.mark.parametrize("learner", ["solved", "reptile"])
@given(rows=st.integers(1, 10**6), steps=st.one_of(st.just("auto"), st.integers(1, 5000)))
def test_a_node_is_asked_not_too_often_and_once_at_least(
    learner: Any, rows: int, steps: Any
) -> None:
    told, every = pace_of(replace(TABLE, learner=learner, meta_steps=steps), "classes", rows)
    assert told == steps if steps != "auto" else LEAST <= told <= 1500
    assert len(range(every, told, every)) < MOST_ASKED
    assert every < told or told == 1
