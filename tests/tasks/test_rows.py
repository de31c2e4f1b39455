from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from tests.tasks.tables import write_table as write
from tests.trees import sentence
from treemeta.errors import DataError
from treemeta.tasks.like import Like
from treemeta.tasks.rows import read_query_rows, read_support_rows
from treemeta.tasks.sources import open_new_table
from treemeta.tasks.units import Units

UNITS = Units((10.0, 0.0), (2.0, 0.5), 100.0, 4.0)
CLASSES, NUMBERS = Like(UNITS, False), Like(UNITS, True)
NAMED = Like(replace(UNITS, names=("x", "y")), True)
XY = pd.DataFrame({"x": [10, 12, 8.0], "y": [0, 1, -0.5]})
SCALED = [[0, 0], [1, 2], [-1, -1]]


pytestmark = pytest.mark.usefixtures("packs")


@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_a_support_and_its_queries_are_in_the_trees_units(tmp_path: Path, name: str) -> None:
    path = write(XY.assign(target=[100, 108, 96], task="a"), tmp_path / name)
    found, wanted = read_support_rows(path, NUMBERS)
    assert (found.classes, wanted) == ((), NAMED)
    assert (found.inputs.tolist(), found.labels.tolist()) == (SCALED, [0, 2, -1])
    asked = read_query_rows(write(XY, tmp_path / f"q{name}"), wanted)
    assert (list(asked.names), asked.inputs.tolist()) == ([1, 2, 3], SCALED)
    assert read_query_rows(path, NUMBERS).inputs.tolist() == SCALED


def test_features_are_found_by_their_names(tmp_path: Path) -> None:
    turned = XY[["y", "x"]].assign(target=[100, 108, 96])
    found, wanted = read_support_rows(write(turned, tmp_path / "t.csv"), NAMED)
    assert (found.inputs.tolist(), wanted) == (SCALED, NAMED)
    # Where the tree's features have no names, those of the support lead its queries.
    found, wanted = read_support_rows(write(XY.assign(target=1), tmp_path / "s.csv"), NUMBERS)
    asked = read_query_rows(write(turned, tmp_path / "q.csv"), wanted)
    assert found.inputs.tolist() == asked.inputs.tolist() == SCALED


def test_a_support_of_classes_is_sorted_by_their_names(tmp_path: Path) -> None:
    path = write(XY.assign(**{"class": ["b", "a", "b"]}), tmp_path / "t.csv")
    found, _ = read_support_rows(path, CLASSES)
    assert (found.classes, found.labels.tolist()) == (("a", "b"), [1, 0, 1])
    assert found.inputs.tolist() == SCALED


BAD = {
    "features": (XY.assign(z=1, target=1), NUMBERS, "has 3 features, and the rows that the tree"),
    "classes": (
        XY.assign(**{"class": "a"}),
        NUMBERS,
        "has the column class, and the tree tells nu",
    ),
    "numbers": (XY.assign(target=1), CLASSES, "has the column target, and the tree tells classes"),
    "neither": (XY, CLASSES, "it takes either class or target"),
    "tasks": (XY.assign(target=1, task=["a", "b", "c"]), NUMBERS, "has rows of 3 tasks"),
    "one class": (XY.assign(**{"class": "a"}), CLASSES, "the support has 1 class ('a')"),
    "words": (XY.assign(target=["1", "2", "much"]), NUMBERS, "has 'much' in row 3"),
    "nothing": (XY[:0].assign(target=1), NUMBERS, "has no rows"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_support_that_is_none_is_named(tmp_path: Path, case: str) -> None:
    frame, wanted, said = BAD[case]
    with pytest.raises(DataError) as caught:
        read_support_rows(write(frame, tmp_path / "t.csv"), wanted)
    assert said in sentence(caught)


def test_new_tasks_of_another_kind_are_refused_every_time(tmp_path: Path) -> None:
    path = write(XY.assign(task="a", target=[1, 2, 3]), tmp_path / "t.csv")
    open_new_table(path, NUMBERS)
    for wanted, said in (
        (CLASSES, "the tree tells classes"),
        (Like(Units((0,), (1,)), True), "2 f"),
    ):
        for _ in range(2):
            with pytest.raises(DataError, match=said):
                open_new_table(path, wanted)


def test_queries_have_the_features_of_the_support(tmp_path: Path) -> None:
    for frame, said in (
        (XY[["x"]], r"has 1 features, and .* have 2: add 'y'"),
        (XY.assign(w=1), r"has 3 features, and .* have 2: leave out 'w'"),
        (XY.rename(columns={"x": "z"}), "has features called 'z', where .* are 'x': give them"),
        (XY[:0], "has no rows"),
    ):
        with pytest.raises(DataError, match=said):
            read_query_rows(write(frame, tmp_path / "q.csv"), NAMED)
