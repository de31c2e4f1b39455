from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from treemeta.analysis.groups import groups_of
from treemeta.measures.similarity import Similarity, named
from treemeta.report.figures.title import title_of
from treemeta.report.thin import left_out, only, thinned

TASKS = [f"t{i}" for i in range(12)]
CLOSE = np.random.default_rng(0).normal(size=(12, 12))
MADE = Similarity(
    "direction", "similarity", named(CLOSE + CLOSE.T, TASKS), low=named(CLOSE, TASKS),
    parts={"loss": named(CLOSE, TASKS)},
)  # fmt: skip
LEAVES = {task: f"leaf r{int(i > 7)}" for i, task in enumerate(TASKS[:10])}
GROUPS = groups_of(MADE, {"r0": TASKS[:8], "r1": TASKS[8:10], "none": TASKS[10:]})


@given(st.integers(3, 12))
def test_every_group_keeps_its_most_typical(most: int) -> None:
    shown = thinned(MADE, LEAVES, most)
    assert len(shown.tasks) == min(most, 12)
    assert {group.members[0].task for group in GROUPS} <= set(shown.tasks)
    assert list(shown.tasks) == [task for task in TASKS if task in shown.tasks]
    assert (left_out(MADE, shown) == "") == (most == 12)


def test_values_stay_those_of_their_tasks() -> None:
    few = only(MADE, ["t3", "t7"])
    assert few.matrix.loc["t3", "t7"] == MADE.matrix.loc["t3", "t7"]
    assert few.low is not None
    assert few.low.loc["t7", "t3"] == CLOSE[7, 3]
    assert few.high is None
    assert few.parts["loss"].shape == (2, 2)


def test_what_is_left_out_is_said() -> None:
    shown = thinned(MADE, LEAVES, 5)
    said = "Of 12 tasks the 5 most typical of their leaves are shown. "
    assert left_out(MADE, shown) == said
    assert title_of(shown) == "direction similarity of 5 tasks · the most typical of 12"
    assert thinned(replace(MADE, about="node r"), {}, 5).about == "node r, the most typical of 12"
    assert thinned(MADE, LEAVES) is MADE
