import csv
import json
import math
import xml.etree.ElementTree as ET
from collections import Counter
from io import BytesIO, StringIO

import matplotlib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from scipy.cluster.hierarchy import is_valid_linkage

from tests.trees import HOSTILE, sentence
from treemeta.errors import DataError
from treemeta.report.matrix import FORMATS, dendrogram_linkage, export_matrix, heat_map, matrix_json
from treemeta.report.text import printable

ABOUT = {
    "tree": "0" * 32,
    "node": "r",
    "measure": "direction",
    "reliability": 0.9,
    "episodes": 48,
}


def named(values: np.ndarray, names: list[str] | None = None) -> pd.DataFrame:
    names = names or [f"task {i}" for i in range(len(values))]
    return pd.DataFrame(values, names, names)


def any_matrix(size: int, seed: int = 0) -> pd.DataFrame:
    values = np.random.default_rng(seed).normal(size=(size, size))
    return named((values + values.T) / 2)


def blocks() -> pd.DataFrame:
    """Return two families, their tasks shuffled."""
    family = np.array([0, 1, 0, 1, 1, 0])
    return named(np.where(family[:, None] == family, 0.8, -0.5) + 0.2 * np.eye(6))


def svg_texts(matrix: pd.DataFrame) -> list[str]:
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        root = ET.fromstring(heat_map(matrix, "direction", "svg"))
    return ["".join(one.itertext()) for one in root.iter("{http://www.w3.org/2000/svg}text")]


def test_json_says_all_in_its_order() -> None:
    matrix = named(np.array([[1.0, -0.25], [-0.25, 0.5]]), ["a", "b"])
    found = json.loads(export_matrix(matrix, ABOUT, "json"))
    assert list(found) == ["tree", "node", "measure", "tasks", "matrix", "reliability", "episodes"]
    assert found == ABOUT | {"tasks": ["a", "b"], "matrix": [[1.0, -0.25], [-0.25, 0.5]]}


def test_json_knows_no_nan_and_no_escape_codes() -> None:
    matrix = named(np.array([[math.nan, math.inf], [0.0, 1.0]]), ["\x9b2J", "b"])
    text = matrix_json(matrix, ABOUT | {"reliability": math.nan})
    found = json.loads(text, parse_constant=pytest.fail)
    assert found["matrix"] == [[None, None], [0.0, 1.0]]
    assert found["reliability"] is None
    assert found["tasks"] == ["\x9b2J", "b"]
    assert text[:-1].isprintable()


@given(st.integers(1, 6), st.integers(0, 99))
def test_csv_reads_back_bit_for_bit(size: int, seed: int) -> None:
    matrix = any_matrix(size, seed)
    head, *rows = csv.reader(StringIO(export_matrix(matrix, ABOUT, "csv").decode()))
    assert head == ["", *matrix.columns]
    assert [row[0] for row in rows] == list(matrix.index)
    assert [[float(cell) for cell in row[1:]] for row in rows] == matrix.to_numpy().tolist()


def test_csv_keeps_hostile_names() -> None:
    matrix = named(np.eye(len(HOSTILE)), HOSTILE)
    text = export_matrix(matrix, ABOUT, "csv").decode()
    options = {"index_col": 0, "keep_default_na": False, "lineterminator": "\n"}
    found = pd.read_csv(StringIO(text, newline=""), **options)
    assert list(found.index) == HOSTILE
    assert list(found.columns) == HOSTILE


@pytest.mark.parametrize("size", [2, 3, 7])
def test_the_linkage_of_any_matrix_is_one(size: int) -> None:
    links = dendrogram_linkage(any_matrix(size))
    assert is_valid_linkage(links)
    assert len(links) == size - 1


def test_the_linkage_joins_families_last() -> None:
    links = dendrogram_linkage(blocks())
    assert links[:-1, 2] == pytest.approx(0.2)
    assert links[-1, 2] == pytest.approx(1.5)


def test_the_linkage_takes_both_sides_of_a_matrix_alike() -> None:
    matrix = any_matrix(5)
    noise = np.random.default_rng(1).normal(size=(5, 5))
    skewed = matrix + 3 * (noise - noise.T)
    assert (dendrogram_linkage(skewed)[:, :2] == dendrogram_linkage(matrix)[:, :2]).all()


def test_a_heat_map_is_in_the_order_of_its_dendrogram() -> None:
    labels = [text for text in svg_texts(blocks()) if text.startswith("task")]
    assert len(labels) == 12
    assert labels[:6] == labels[6:]
    assert {frozenset(labels[:3]), frozenset(labels[3:6])} == {
        frozenset({"task 0", "task 2", "task 5"}),
        frozenset({"task 1", "task 3", "task 4"}),
    }


@pytest.mark.filterwarnings("error")
def test_a_heat_map_shows_names_as_they_are() -> None:
    shown = Counter(svg_texts(named(np.eye(len(HOSTILE)), HOSTILE)))
    assert shown >= Counter(2 * [printable(name) for name in HOSTILE])


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", HOSTILE)
def test_a_heat_map_of_outlined_letters_is_xml(name: str) -> None:
    ET.fromstring(heat_map(named(np.eye(2), [name, "other"]), "direction", "svg"))


@pytest.mark.parametrize("size", [2, 30])
def test_a_heat_map_grows_with_its_tasks(size: int) -> None:
    image = Image.open(BytesIO(export_matrix(any_matrix(size), ABOUT, "png")))
    assert image.format == "PNG"
    assert image.size == (round((4 + 0.17 * size) * 150),) * 2


def test_a_heat_map_is_the_same_twice() -> None:
    assert heat_map(blocks(), "tree", "svg") == heat_map(blocks(), "tree", "svg")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", FORMATS)
def test_tasks_that_are_all_alike_are_drawn(kind: str) -> None:
    assert export_matrix(named(np.zeros((3, 3))), ABOUT, kind)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([[1.0]], "1 task is too few for a heat map: export csv or json"),
        ([[1.0, math.nan], [math.nan, 1.0]], "similarity is undefined for some tasks: export csv"),
        ([[1.0, math.inf], [0.0, 1.0]], "similarity is undefined for some tasks: export csv"),
    ],
)
@pytest.mark.parametrize("kind", ["png", "svg"])
def test_what_cannot_be_drawn_is_refused(values: list[list[float]], said: str, kind: str) -> None:
    with pytest.raises(DataError) as caught:
        export_matrix(named(np.array(values)), ABOUT, kind)
    assert sentence(caught).startswith(said)
