from base64 import b64decode
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from tests.pictures import (
    FAMILIES,
    SVG,
    any_similarity,
    blocks,
    check_names,
    check_picture,
    drawn,
    shapes,
    similarity_of,
    texts,
)
from treemeta.measures.similarity import Similarity
from treemeta.report.figures.families import COLOURS
from treemeta.report.figures.heatmap import heat_map, scale_of


def labels_of(similarity: Similarity) -> list[str]:
    """Return the labels of the rows of a heat map, from the top."""
    found = texts(drawn(lambda: heat_map(similarity, {}, "svg")))
    labels = [text for text in found if text.startswith("task ")]
    assert labels[::2] == labels[1::2]  # of a row and of a column, in turn
    return labels[::2]


@pytest.mark.filterwarnings("error")
def test_what_holds_for_every_picture() -> None:
    check_picture(lambda similarity, kind: heat_map(similarity, FAMILIES, kind))
    check_names(lambda similarity, kind: heat_map(similarity, {}, kind), 2)


def test_rows_and_columns_are_in_the_order_of_the_dendrogram() -> None:
    labels = labels_of(blocks())
    assert {frozenset(labels[:3]), frozenset(labels[3:])} == {
        frozenset({"task 0", "task 2", "task 5"}),
        frozenset({"task 1", "task 3", "task 4"}),
    }


def test_cells_show_the_matrix_in_that_order() -> None:
    similarity = any_similarity(7)
    order = [similarity.tasks.index(label) for label in labels_of(similarity)]
    root = drawn(lambda: heat_map(similarity, {}, "svg"))
    images = [one.get("{http://www.w3.org/1999/xlink}href", "") for one in root.iter(f"{SVG}image")]
    shown = [Image.open(BytesIO(b64decode(image.split(",")[1]))) for image in images]
    cells = next(np.asarray(one.convert("L"), dtype=int) for one in shown if one.size == (7, 7))
    values = similarity.matrix.to_numpy()[np.ix_(order, order)]
    reach = scale_of(similarity)["vmax"]
    # In the brighter half of the scale, around 0, more is less bright on either side.
    expected = np.abs(np.clip(values, -reach, reach))
    assert np.corrcoef(cells.ravel(), expected.ravel())[0, 1] < -0.9


def test_families_are_told_beside_both_sides() -> None:
    labels = labels_of(blocks())
    root = drawn(lambda: heat_map(blocks(), FAMILIES, "svg"))
    colour = {"even": COLOURS[0].lower(), "odd": COLOURS[1].lower()}
    boxes = [shape for shape in shapes(root) if shape[0] in colour.values()]
    left = min(x for _, x, _ in boxes)
    column = sorted((y, fill) for fill, x, y in boxes if x == left)
    assert [fill for _, fill in column] == [colour[FAMILIES[label]] for label in labels]
    heights = [y for _, _, y in boxes]
    top = max(set(heights), key=heights.count)
    row = sorted((x, fill) for fill, x, y in boxes if y == top)
    assert [fill for _, fill in row] == [colour[FAMILIES[label]] for label in labels]
    found = texts(root)
    assert found.count("even") == found.count("odd") == 1
    assert found.count("1") == found.count("2") == 7  # in the boxes of tasks and of the legend


def test_tasks_without_a_family_are_unknown_and_no_family_is_no_bar() -> None:
    found = texts(drawn(lambda: heat_map(blocks(), {"task 1": "b", "elsewhere": "c"}, "svg")))
    assert found.count("?") == 11
    assert found.count("unknown") == 1
    assert "c" not in found
    assert not {"?", "unknown"} & set(texts(drawn(lambda: heat_map(blocks(), {}, "svg"))))


@pytest.mark.parametrize(
    ("kind", "pair", "colours", "low", "high"),
    [
        ("similarity", -0.5, "PuOr_r", -0.5, 0.5),
        ("similarity", 0.5, "cividis", 0.0, 0.5),
        ("distance", 0.5, "cividis_r", 0.0, 0.5),
        ("similarity", 0.0, "cividis", 0.0, 1.0),
    ],
)
def test_colours_span_pairs_and_not_the_ceiling(
    kind: str, pair: float, colours: str, low: float, high: float
) -> None:
    values = 9 * np.eye(4)
    values[0, 1] = values[1, 0] = pair
    scale = scale_of(similarity_of(values, kind=kind))
    assert scale == {"cmap": colours, "vmin": low, "vmax": high}
    said = texts(drawn(lambda: heat_map(similarity_of(values, kind=kind), {}, "svg")))
    alike = "larger" if kind == "similarity" else "smaller"
    assert f"direction {kind} ({alike}: more alike)" in said


def test_a_directed_measure_names_its_axes() -> None:
    values = np.random.default_rng(0).random((4, 4))
    directed = replace(similarity_of(values), directed=True)
    said = texts(drawn(lambda: heat_map(directed, {}, "svg")))
    assert {"source", "target"} <= set(said)
    said = texts(drawn(lambda: heat_map(similarity_of(values + values.T), {}, "svg")))
    assert not {"source", "target"} & set(said)
