from dataclasses import replace

import numpy as np
import pytest

from tests.measures.test_direction import subject
from tests.trees import make_node
from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.measures import cut_by
from treemeta.measures.similarity import Similarity, named
from treemeta.tasks.dataset import Dataset


def test_the_groups_that_a_measure_finds_take_the_place_of_a_node_s_own(
    small_config: Config, small: Dataset, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = subject(small_config, small, engine)
    names = tuple(task.name for task in asked.tasks)
    node = make_node("r", names, meta_steps=7, groups=(names[:1], names[1:]), supports=(1.0, 1.0))
    asked = replace(asked, node=node)
    vars(asked).update(config=small_config)
    alike = [[float(i % 2 == j % 2) for j in range(len(names))] for i in range(len(names))]
    found = Similarity("x", "similarity", named(alike, names))  # type: ignore[arg-type]
    monkeypatch.setattr(cut_by, "measure", lambda *_: found)
    assert cut_by.cuts_by("x", asked) == {"r": (7, (names[::2], names[1::2]))}


@pytest.mark.parametrize("least", [1, 2])
def test_no_group_is_smaller_than_a_node_s_own_may_be(
    small_config: Config, small: Dataset, engine: Engine, monkeypatch: pytest.MonkeyPatch,
    least: int,
) -> None:  # fmt: skip
    config = replace(small_config, min_tasks=least)
    asked = subject(config, small, engine)
    names = tuple(task.name for task in asked.tasks)
    asked = replace(asked, node=make_node("r", names, groups=(names[:4], names[4:])))
    vars(asked).update(config=config)
    alike = np.ones((8, 8)) - 0.5 * (np.arange(8)[:, None] // 4 != np.arange(8) // 4)
    alike[0, 1:] = alike[1:, 0] = -1  # the first is like no other
    monkeypatch.setattr(
        cut_by, "measure", lambda *_: Similarity("x", "similarity", named(alike, names))
    )
    _, groups = cut_by.cuts_by("x", asked)["r"]
    assert min(map(len, groups)) == least
