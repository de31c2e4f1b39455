from dataclasses import replace
from io import BytesIO

import numpy as np
from PIL import Image

from tests.analysis.test_gains import NODES, planted
from tests.pictures import drawn, texts
from treemeta.analysis.gains import gains_of
from treemeta.report.figures.gains import ends_of, gains_map


def test_nodes_tasks_and_marks_are_drawn() -> None:
    found = texts(drawn(lambda: gains_map(planted(), "svg")))
    assert [text for text in found if text in ("r", "r0", "r1")] == ["r", "r0", "r1"]
    assert {"Alpha", "Beta"} <= set(found)
    assert (found.count("+"), found.count("\N{MINUS SIGN}")) == (1, 1)


def test_the_same_gains_are_the_same_bytes() -> None:
    assert gains_map(planted(), "svg") == gains_map(planted(), "svg")
    assert gains_map(planted(), "png") == gains_map(planted(), "png")


def test_it_says_what_it_shows_and_of_which_tree() -> None:
    said = texts(drawn(lambda: gains_map(replace(planted(), about="tree 01234567"), "svg")))
    assert said[-1] == "accuracy of 2 tasks by node · tree 01234567"
    assert "accuracy (+ better, \N{MINUS SIGN} worse than the parent's)" in said


def test_less_error_is_lighter() -> None:
    errors = np.array([[0.5, 2.0], [0.1, 2.0], [0.5, 3.0]])
    gains = gains_of(NODES, ("Alpha", "Beta"), errors[:, :, None].repeat(2, axis=2), "mse")
    assert ends_of(gains, errors) == (0.0, 3.0)
    assert [cell.mark for cell in gains.cells] == ["", "", "+", "", "", "-"]
    assert ends_of(planted(), np.array([[0.5]])) == (1.0, 0.5)
    shown = texts(drawn(lambda: gains_map(gains, "svg")))
    assert shown[-1] == "mse of 2 tasks by node"


def test_sets_of_any_size_can_be_drawn() -> None:
    for tasks in (1, 60):
        names = [f"task {i}" for i in range(tasks)]
        page = gains_map(gains_of(NODES, names, np.ones((3, tasks, 2))), "png")
        assert max(Image.open(BytesIO(page)).size) < 2500
