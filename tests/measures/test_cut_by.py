from dataclasses import replace

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
