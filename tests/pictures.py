"""Similarities to draw, and what a drawing says."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from tests.trees import HOSTILE, sentence
from treemeta.errors import DataError, printable
from treemeta.measures.similarity import Similarity, named

SVG = "{http://www.w3.org/2000/svg}"
Draw = Callable[[Similarity, str], bytes]


def similarity_of(
    values: np.ndarray, names: list[str] | None = None, kind: str = "similarity"
) -> Similarity:
    names = names or [f"task {i}" for i in range(len(values))]
    return Similarity("direction", kind, named(values, names))  # type: ignore[arg-type]


def any_similarity(size: int, seed: int = 0) -> Similarity:
    values = np.random.default_rng(seed).normal(size=(size, size))
    return similarity_of((values + values.T) / 2)


def blocks() -> Similarity:
    """Return two families, their tasks shuffled."""
    family = np.array([0, 1, 0, 1, 1, 0])
    return similarity_of(np.where(family[:, None] == family, 0.8, -0.5) + 0.2 * np.eye(6))


FAMILIES = {f"task {i}": "even" if i in (0, 2, 5) else "odd" for i in range(6)}


def drawn(draw: Callable[[], bytes]) -> ET.Element:
    """Return what an svg holds."""
    return ET.fromstring(draw())


def texts(root: ET.Element) -> list[str]:
    return ["".join(one.itertext()) for one in root.iter(f"{SVG}text")]


def shapes(root: ET.Element) -> list[tuple[str, float, float]]:
    """Return the fill of every filled path with the place where it starts, in points."""
    found = []
    for path in root.iter(f"{SVG}path"):
        fill = re.search(r"fill: (#\w+)", path.get("style", ""))
        start = re.match(r"M ([\d.-]+) ([\d.-]+)", path.get("d", ""))
        if fill and start:
            found.append((fill[1], float(start[1]), float(start[2])))
    return found


def check_picture(draw: Draw) -> None:
    """Check what holds for every picture of a similarity."""
    assert draw(blocks(), "svg") == draw(blocks(), "svg")
    assert draw(blocks(), "png") == draw(blocks(), "png")
    for name in HOSTILE:
        ET.fromstring(draw(similarity_of(np.eye(2), [name, "other"]), "svg"))
    alike = similarity_of(np.zeros((3, 3)))
    small, large = (
        Image.open(BytesIO(draw(one, "png"))).size for one in (alike, any_similarity(50))
    )
    assert small[0] < large[0] <= 2500
    assert small[1] < large[1] <= 2500
    for values, said in (
        ([[1.0]], "too few for a "),
        ([[1.0, np.nan], [np.nan, 1.0]], "similarity is undefined for some tasks, so there is no "),
        ([[1.0, np.inf], [0.0, 1.0]], "similarity is undefined for some tasks, so there is no "),
    ):
        with pytest.raises(DataError) as caught:
            draw(similarity_of(np.array(values)), "svg")
        assert said in sentence(caught)


def check_names(draw: Draw, times: int) -> None:
    """Check that hostile names stand in a picture as they are, each so many times."""
    found = texts(drawn(lambda: draw(similarity_of(np.eye(len(HOSTILE)), HOSTILE), "svg")))
    for name in {printable(name) for name in HOSTILE}:
        wanted = sum(printable(other) == name for other in HOSTILE)
        assert found.count(name) == times * wanted
