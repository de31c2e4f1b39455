import numpy as np
import pytest
from PIL import Image

from treemeta.tasks.colour import difference, has_colour, in_colour_alone, tone

RNG = np.random.default_rng(0)


def test_shades_are_no_colours() -> None:
    grey = Image.fromarray(RNG.integers(0, 256, (30, 30), dtype=np.uint8))
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK"):
        assert not has_colour(grey.convert(mode))
    assert has_colour(Image.new("RGB", (30, 30), (90, 60, 125)))


def test_a_tone_is_what_is_beyond_grey() -> None:
    assert tone(Image.new("RGB", (9, 9), (80, 80, 80))).tolist() == [0, 0, 0]
    assert tone(Image.new("RGB", (9, 9), (255, 0, 0))).tolist() == [179, -76, -76]


def test_classes_that_are_dealt_differ_as_chance_has_it() -> None:
    drawn = [difference([RNG.normal(0, 50, (6, 9, 9)) for _ in range(4)]) for _ in range(50)]
    assert np.mean(drawn) == pytest.approx(1, abs=0.1)


def test_the_difference_is_fisher_s() -> None:
    a, b = np.array([[0.0], [200.0]]), np.array([[400.0], [800.0]])
    # Between 250000 with one degree of freedom, within 20000 + 80000 with two, and a level squared.
    assert difference([a, b]) == pytest.approx(250_000 / (50_000 + 1))


def test_less_than_a_level_is_no_difference() -> None:
    assert difference([np.full((5, 3), 76.0), np.full((5, 3), 76.4)]) < 1


def tasks(grey: float, coloured: float) -> bool:
    """Return whether colour alone tells classes apart that are so far apart in grey and colour."""
    greys, tones = (
        [[RNG.normal(100 + apart * kind, 5, (6, *shape)) for kind in range(4)] for _ in range(5)]
        for apart, shape in ((grey, (8, 8)), (coloured, (3,)))
    )
    return in_colour_alone(greys, tones)


def test_colour_alone_is_colour_without_shape() -> None:
    assert tasks(grey=0, coloured=40)
    assert not tasks(grey=40, coloured=40)
    assert not tasks(grey=40, coloured=0)
    assert not tasks(grey=0, coloured=0)
