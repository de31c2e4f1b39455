from io import BytesIO
from typing import Any

import matplotlib
import pytest
from PIL import Image

from treemeta.report.figures.ink import (
    LONGEST,
    MOST_PIXELS,
    paint,
    sheet,
    shortened,
    width_of,
    write,
)


def square(text: str) -> Any:
    figure, axes = sheet(2, 1)
    write(axes, 0.5, 0.5, text)
    return figure


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("kind", "starts"), [("png", b"\x89PNG"), ("pdf", b"%PDF"), ("svg", b"<?xml")]
)
def test_pictures_are_what_they_say_and_the_same_twice(kind: str, starts: bytes) -> None:
    before = matplotlib.rcParams["svg.hashsalt"]
    first = paint(lambda: square("a\N{CJK UNIFIED IDEOGRAPH-65E5}"), kind)
    assert first.startswith(starts)
    assert first == paint(lambda: square("a\N{CJK UNIFIED IDEOGRAPH-65E5}"), kind)
    assert matplotlib.rcParams["svg.hashsalt"] == before


def test_what_reaches_beyond_the_sheet_is_kept() -> None:
    short, long = paint(lambda: square("a"), "png"), paint(lambda: square("a" * 99), "png")
    assert Image.open(BytesIO(long)).size[0] > 2 * Image.open(BytesIO(short)).size[0]


def test_pictures_of_thousands_of_tasks_have_fewer_pixels_an_inch() -> None:
    wide = Image.open(BytesIO(paint(lambda: sheet(1000, 0.1)[0], "png"))).size[0]
    assert 0.9 * MOST_PIXELS < wide <= 1.01 * MOST_PIXELS


@pytest.mark.parametrize("length", [1, LONGEST, LONGEST + 1, 255])
def test_long_names_keep_both_ends(length: int) -> None:
    name = "".join(chr(65 + i % 26) for i in range(length))
    found = shortened(name)
    assert len(found) == min(length, LONGEST)
    assert (found[:9], found[-9:]) == (name[:9], name[-9:])
    assert (found == name) == (length <= LONGEST)


def test_widths_add_up() -> None:
    assert width_of("aaaa") == pytest.approx(2 * width_of("aa"), rel=0.05)
    assert width_of("aa", 14) == pytest.approx(2 * width_of("aa", 7), rel=0.05)
