import numpy as np
import pytest
from scipy.cluster.hierarchy import leaves_list

from tests.pictures import (
    FAMILIES,
    SVG,
    any_similarity,
    blocks,
    check_names,
    check_picture,
    drawn,
    similarity_of,
    texts,
)
from treemeta.measures.similarity import dendrogram_linkage
from treemeta.report.figures.dendrogram import dendrogram
from treemeta.report.figures.families import COLOURS


@pytest.mark.filterwarnings("error")
def test_what_holds_for_every_picture() -> None:
    check_picture(lambda similarity, kind: dendrogram(similarity, FAMILIES, kind))
    check_names(lambda similarity, kind: dendrogram(similarity, {}, kind), 1)


def test_tips_stand_by_clade_with_their_families() -> None:
    root = drawn(lambda: dendrogram(blocks(), FAMILIES, "svg"))
    found = texts(root)
    tips = [text for text in found if text.startswith("task ")]
    assert len({FAMILIES[tip] for tip in tips[:3]}) == len({FAMILIES[tip] for tip in tips[3:]}) == 1
    numbers = {"even": "1", "odd": "2"}
    assert [found[found.index(tip) - 1] for tip in tips] == [numbers[FAMILIES[tip]] for tip in tips]
    assert "".join(found).count("even") == 1


def test_tips_are_in_the_order_of_the_brackets() -> None:
    similarity = any_similarity(7)
    order = leaves_list(dendrogram_linkage(similarity))
    found = texts(drawn(lambda: dendrogram(similarity, {}, "svg")))
    tips = [text for text in found if text.startswith("task ")]
    assert tips == [similarity.tasks[i] for i in order]


def test_clades_of_one_family_have_its_colour() -> None:
    root = drawn(lambda: dendrogram(blocks(), FAMILIES, "svg"))
    styles = [path.get("style", "") for path in root.iter(f"{SVG}path")]
    for colour in COLOURS[:2]:
        assert sum(f"stroke: {colour.lower()}" in style for style in styles) == 2
    assert sum("stroke: #0" in style or "stroke: #d" in style for style in styles) == 4


@pytest.mark.parametrize("kind", ["similarity", "distance"])
def test_the_axis_tells_what_joins_mean(kind: str) -> None:
    values = np.full((3, 3), 0.8 if kind == "distance" else 0.2)
    values[0, 1] = values[1, 0] = 0.6
    np.fill_diagonal(values, 0.0 if kind == "distance" else 1.0)
    said = texts(drawn(lambda: dendrogram(similarity_of(values, kind=kind), {}, "svg")))
    ticks = [float(text) for text in said if text.replace(".", "").isdigit()]
    assert ticks == ([0.0, 0.2, 0.4, 0.6, 0.8] if kind == "distance" else [0.2, 0.4, 0.6, 0.8, 1.0])
    assert f"mean direction {kind} of the two sides of each join" in said
