import numpy as np
import pytest

from tests.pictures import (
    FAMILIES,
    SVG,
    Similarity,
    any_similarity,
    blocks,
    check_names,
    check_picture,
    drawn,
    texts,
)
from tests.trees import sentence
from treemeta.errors import DataError
from treemeta.report.figures.families import COLOURS
from treemeta.report.figures.tanglegram import tanglegram

LINEAGE = {task: (family, f"{family} {task}") for task, family in FAMILIES.items()}


def first_steps(lineage: dict[str, tuple[str, ...]]) -> dict[str, str]:
    return {task: steps[0] for task, steps in lineage.items() if steps}


def draw(similarity: Similarity, kind: str) -> bytes:
    depths = np.random.default_rng(0).integers(1, 5, size=len(similarity.tasks))
    steps = {t: tuple("ancestor"[:d]) for t, d in zip(similarity.tasks, depths, strict=True)}
    return tanglegram(similarity, first_steps(steps), steps, kind)


@pytest.mark.filterwarnings("error")
def test_what_holds_for_every_picture() -> None:
    check_names(draw, 2)
    check_picture(draw)


def test_two_trees_that_agree_do_not_cross() -> None:
    root = drawn(lambda: tanglegram(blocks(), first_steps(LINEAGE), LINEAGE, "svg"))
    found = texts(root)
    assert "0 of 15 pairs of lines cross" in found
    assert "true lineage" in found
    names = [text for text in found if text.startswith("task ")]
    assert names[:6] == names[6:]
    styles = [path.get("style", "") for path in root.iter(f"{SVG}path")]
    for colour in COLOURS[:2]:  # lines between tips, the clade at the left, branches at the right
        assert sum(f"stroke: {colour.lower()}" in style for style in styles) >= 3 + 2 + 3


def test_crossings_are_told_as_they_are() -> None:
    swapped = LINEAGE | {"task 0": LINEAGE["task 1"]}
    said = " ".join(
        texts(drawn(lambda: tanglegram(blocks(), first_steps(swapped), swapped, "svg")))
    )
    assert "0 of 15" not in said
    assert "of 15 pairs of lines cross" in said


def test_tasks_without_a_lineage_are_left_out() -> None:
    some = {task: LINEAGE[task] for task in ("task 0", "task 1", "task 2")} | {"task 3": ()}
    found = texts(drawn(lambda: tanglegram(blocks(), first_steps(some), some, "svg")))
    assert sorted(t for t in found if t.startswith("task ")) == sorted(
        2 * ["task 0", "task 1", "task 2"]
    )


@pytest.mark.parametrize("lineage", [{}, {"task 1": ("a",)}, {"elsewhere": ("a",), "x": ("b",)}])
def test_too_few_lineages_are_refused(lineage: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(DataError) as caught:
        tanglegram(any_similarity(4), first_steps(lineage), lineage, "svg")
    assert sentence(caught).startswith("tasks with a known lineage: ")
    assert sentence(caught).endswith("too few for a tanglegram: draw a dendrogram")
