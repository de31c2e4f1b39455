import xml.etree.ElementTree as ET
from io import BytesIO
from typing import Any

import matplotlib
import pytest
from matplotlib.text import Text
from PIL import Image

from treemeta.report.figures import ink
from treemeta.report.figures.ink import (
    LONGEST,
    MOST_PIXELS,
    paint,
    sheet,
    shortened,
    shown_of,
    width_of,
    write,
)
from treemeta.report.figures.letters import REWRITTEN


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


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_a_title_stands_above_all_that_is_drawn(kind: str) -> None:
    plain, titled = (paint(lambda: square("a"), kind, title=title) for title in ("", "tree <1>"))
    if kind == "png":
        assert Image.open(BytesIO(titled)).size[1] > Image.open(BytesIO(plain)).size[1]
    else:
        first, title = ET.fromstring(titled).iter("{http://www.w3.org/2000/svg}text")
        assert (first.text, title.text) == ("a", "tree <1>")
        assert ET.fromstring(titled).findtext("{http://www.w3.org/2000/svg}title") == "tree <1>"
        assert float(title.get("y", "")) < float(first.get("y", ""))


def test_names_keep_their_letters_in_an_svg_and_are_rewritten_in_a_png(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ink, "legible", lambda text: text.replace("\u65e5", "Ri"))
    name = "a \u65e5"
    kept = paint(lambda: square(name), "svg").decode()
    assert f">{name}</text>" in kept
    assert REWRITTEN not in kept
    assert paint(lambda: square(name), "png") != paint(lambda: square("a Ri"), "png")
    assert _said(name) == ["a Ri", REWRITTEN]
    assert _said("a") == ["a"]


def _said(text: str) -> list[str]:
    """Return what a png of a text says."""
    _, figure, _ = ink.paint_with(lambda: (square(text), None), "png")
    return [one.get_text() for one in figure.findobj(Text) if one.get_text()]


def test_an_svg_names_the_same_fonts_on_every_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    before = paint(lambda: square("a"), "svg")
    monkeypatch.setattr(ink, "fonts_here", lambda: ("DejaVu Serif",))
    assert paint(lambda: square("a"), "svg") == before
    assert "'DejaVu Sans', 'Verdana', 'Noto Sans'" in before.decode()


@pytest.mark.filterwarnings("error")
def test_strange_letters_are_measured_without_a_word() -> None:
    assert shown_of(square("\u65e5\u672c")) == shown_of(square("a"))  # both within the sheet


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
