import numpy as np
import pytest
from scipy.spatial.distance import cdist

from tests.pictures import (
    FAMILIES,
    SVG,
    blocks,
    check_names,
    check_picture,
    drawn,
    similarity_of,
    texts,
)
from treemeta.report.figures.map import in_columns, planar, task_map


@pytest.mark.filterwarnings("error")
def test_what_holds_for_every_picture() -> None:
    check_picture(lambda similarity, kind: task_map(similarity, FAMILIES, kind))
    check_names(lambda similarity, kind: task_map(similarity, {}, kind), 1)


@pytest.mark.parametrize("kind", ["similarity", "distance"])
def test_places_in_the_plane_are_found_again(kind: str) -> None:
    points = np.random.default_rng(0).normal(size=(9, 2)) * [3, 1]
    gaps = cdist(points, points)
    values = gaps if kind == "distance" else points @ points.T
    found, share = planar(similarity_of(values, kind=kind))
    assert cdist(found, found) == pytest.approx(gaps, abs=1e-6)
    assert share == pytest.approx(1.0)
    assert found.mean(0) == pytest.approx([0, 0], abs=1e-9)


def test_the_order_of_tasks_moves_no_task() -> None:
    values = np.random.default_rng(1).normal(size=(8, 8))
    values += values.T
    order = np.random.default_rng(2).permutation(8)
    there, _ = planar(similarity_of(values))
    again, share = planar(similarity_of(values[np.ix_(order, order)]))
    assert again == pytest.approx(there[order])
    assert 0 < share < 1


def test_planted_clusters_lie_apart() -> None:
    found, _ = planar(blocks())
    gaps = cdist(found, found)
    same = np.array([[FAMILIES[a] == FAMILIES[b] for b in FAMILIES] for a in FAMILIES])
    assert gaps[~same].min() > 2 * gaps[same].max()


def test_tasks_at_one_place_stand_in_a_column() -> None:
    places = np.array([[0.0, 0.0], [3.0, 1.0], [0.0, 0.0], [0.05, 0.0], [3.0, 4.0]])
    moved = in_columns(places)
    assert moved[[1, 4]] == pytest.approx(places[[1, 4]])
    column = moved[[0, 2, 3]]
    assert np.ptp(column[:, 0]) == 0
    assert np.diff(np.sort(column[:, 1])) == pytest.approx([0.17, 0.17])
    assert column.mean(0) == pytest.approx(places[[0, 2, 3]].mean(0))


def test_markers_differ_by_family() -> None:
    root = drawn(lambda: task_map(blocks(), FAMILIES, "svg"))
    outlines = [one.get("d", "") for group in root.iter(f"{SVG}defs") for one in group]
    outlines = [outline for outline in outlines if outline.startswith("M")]
    assert len(set(outlines)) >= 2
    said = texts(root)
    assert said.count("even") == said.count("odd") == 1
    assert any("hold" in text and "%" in text for text in said)


@pytest.mark.parametrize(("values", "told"), [(np.zeros((3, 3)), True), (np.eye(3), False)])
def test_columns_are_explained_where_there_are_any(values: np.ndarray, told: bool) -> None:
    said = " ".join(texts(drawn(lambda: task_map(similarity_of(values), {}, "svg"))))
    assert ("tasks in a column lie at nearly one place" in said) == told
