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
from treemeta.report.figures.map import live_map, planar, stress, task_map


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


def test_a_map_of_a_plane_has_no_stress() -> None:
    points = np.random.default_rng(0).normal(size=(9, 2))
    for kind, values in (("distance", cdist(points, points)), ("similarity", points @ points.T)):
        similarity = similarity_of(values, kind=kind)
        assert stress(similarity, planar(similarity)[0]) == pytest.approx(0, abs=1e-6)
    corners = similarity_of(1 - np.eye(12), kind="distance")
    assert 0.2 < stress(corners, planar(corners)[0]) < 1


def test_markers_stand_where_their_tasks_are_however_crowded() -> None:
    """Distances between markers are in proportion to those of the plane, for tasks at one place
    too."""
    values = np.repeat(np.eye(3), 8, axis=0)
    similarity = similarity_of(values @ values.T)
    plane, _ = planar(similarity)
    places = np.array(live_map(similarity, {})[1]["places"])
    root = drawn(lambda: task_map(similarity, {}, "svg"))
    _, _, wide, high = map(float, root.attrib["viewBox"].split())
    gaps, drawn_gaps = cdist(plane, plane), cdist(places * [wide, high], places * [wide, high])
    scale = drawn_gaps.max() / gaps.max()
    np.testing.assert_allclose(drawn_gaps, scale * gaps, atol=0.02 * drawn_gaps.max())


def test_markers_differ_by_family() -> None:
    root = drawn(lambda: task_map(blocks(), FAMILIES, "svg"))
    outlines = [one.get("d", "") for group in root.iter(f"{SVG}defs") for one in group]
    outlines = [outline for outline in outlines if outline.startswith("M")]
    assert len(set(outlines)) >= 2
    said = texts(root)
    assert said.count("even") == said.count("odd") == 1
    assert any("hold" in text and "%" in text for text in said)


@pytest.mark.parametrize(("spread", "length"), [(1.0, "0.1"), (30.0, "2"), (0.01, "0.001")])
def test_a_scale_of_an_inch_at_most_says_how_far_apart(spread: float, length: str) -> None:
    points = spread * np.random.default_rng(0).uniform(size=(9, 2))
    similarity = similarity_of(cdist(points, points), kind="distance")
    said = texts(drawn(lambda: task_map(similarity, {}, "svg")))
    assert f"distance {length}" in said
    assert any("stress 0.00" in text for text in said)
