import math
import re
import socket

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treemeta.errors import DataError
from treemeta.tasks.svg import LONGEST, MOST_REFERENCES, rasterised

WHOLE = (0.0, 0.0, 28.0, 28.0)
SQUARE = '<path d="M4 6h8v10h-8z"/>'  # columns 4 to 12, rows 6 to 16
SVG = "http://www.w3.org/2000/svg"
LAUGHS = '<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
EDGE = st.integers(0, 28)
PIECE = ["<path", ' d="M0 0h9v9z"', "/>", "<g>", "</g>", "</svg>", "<svg>", "&a;", "<!--", "]]>"]
PIECES = [*PIECE, "-->", "<![CDATA[", "<?x ?>", "<!DOCTYPE a>", ' fill="url(#a)"', "\0", "é", " "]


def drawn(body: str, box: tuple[float, float, float, float] = WHOLE) -> np.ndarray:
    return rasterised(body, box, 28)


def square(top: int, bottom: int, left: int, right: int, ink: int = 255) -> np.ndarray:
    made = np.zeros((28, 28), np.uint8)
    made[top:bottom, left:right] = ink
    return made


@settings(max_examples=30)
@given(EDGE, EDGE, EDGE, EDGE)
def test_a_filled_square_covers_exactly_its_pixels(a: int, b: int, c: int, d: int) -> None:
    (top, bottom), (left, right) = sorted((a, b)), sorted((c, d))
    made = drawn(f'<path d="M{left} {top}H{right}V{bottom}H{left}z"/>')
    assert (made.shape, made.dtype) == ((28, 28), np.uint8)
    assert np.array_equal(made, square(top, bottom, left, right))


@pytest.mark.parametrize(
    ("body", "ink"),
    [
        ('<rect x="4.5" y="6" width=".5" height="1"/>', 127.5),
        ('<rect x="4" y="6.25" width="1" height=".25"/>', 63.75),
        ('<path d="M4 6h1v1h-1z" opacity=".5"/>', 127.5),
        ('<path d="M4 6h1v1h-1z" fill-opacity=".5"/>', 127.5),
        ('<g opacity=".5"><path d="M4 6h1v1h-1z" opacity=".5"/></g>', 63.75),
        ('<path d="M4 6h1v1h-1z" fill="none"/>', 0),
        ("", 0),
    ],
)
def test_ink_is_how_much_of_a_pixel_is_covered(body: str, ink: float) -> None:
    made = drawn(body)
    assert made[6, 4] == pytest.approx(ink, abs=1)
    assert np.array_equal(made, square(6, 7, 4, 5, made[6, 4]))


@pytest.mark.parametrize("colour", ["black", "white", "#fff", "red", "currentColor", "rgb(1,2,3)"])
def test_colour_does_not_matter(colour: str) -> None:
    assert np.array_equal(drawn(f'<g fill="{colour}">{SQUARE}</g>'), square(6, 16, 4, 12))


@pytest.mark.parametrize(
    ("body", "rows", "columns"),
    [
        ('<path d="M0 14h28" fill="none" stroke="red" stroke-width="2"/>', (13, 15), (0, 28)),
        ('<line x1="7" x2="7" y1="2" y2="9" stroke="#000" stroke-width="4"/>', (2, 9), (5, 9)),
        ('<polygon points="1,2 9,2 9,5 1,5"/>', (2, 5), (1, 9)),
        ('<path d="M0 0h2v3h-2z" transform="translate(5 9)"/>', (9, 12), (5, 7)),
        ('<defs><path id="a" d="M0 0h2v3h-2z"/></defs><use href="#a" x="5"/>', (0, 3), (5, 7)),
        (
            '<clipPath id="a"><path d="M0 0h6v9h-6z"/></clipPath>'
            '<g clip-path="url(#a)"><path d="M4 6h8v10h-8z"/></g>',
            (6, 9),
            (4, 6),
        ),
        (
            '<mask id="a"><path fill="#fff" d="M0 0h28v28H0z"/><path d="M8 0h9v28h-9z"/></mask>'
            '<path mask="url(#a)" d="M4 6h8v10h-8z"/>',
            (6, 16),
            (4, 8),
        ),
    ],
    ids=["stroke", "line", "polygon", "transform", "use", "clip", "mask"],
)
def test_shapes_are_drawn(body: str, rows: tuple[int, int], columns: tuple[int, int]) -> None:
    assert np.array_equal(drawn(body), square(*rows, *columns))


@pytest.mark.parametrize(
    ("box", "rows", "columns"),
    [
        ((-2.0, -3.0, 28.0, 28.0), (9, 19), (6, 14)),
        ((4.0, 6.0, 28.0, 28.0), (0, 10), (0, 8)),
        ((0.0, 0.0, 14.0, 14.0), (12, 28), (8, 24)),
        ((0.0, 0.0, 56.0, 56.0), (3, 8), (2, 6)),
        ((0.0, 0.0, 28.0, 16.0), (12, 22), (4, 12)),  # six rows free above it
        ((0.0, 6.0, 12.0, 28.0), (0, 10), (12, 20)),  # eight columns free before it
        ((4.0, 6.0, 8.0, 10.0), (0, 28), (3, 25)),  # as large as it can be shown
    ],
)
def test_the_box_is_what_is_seen_wholly_and_centred(
    box: tuple[float, float, float, float], rows: tuple[int, int], columns: tuple[int, int]
) -> None:
    whole = drawn(SQUARE, box) > 127
    assert np.array_equal(whole, square(*rows, *columns) > 127)


@pytest.mark.parametrize(
    "body",
    [
        f"<!-- <script/> -->{SQUARE}<!-- -->",
        f"<![CDATA[<script>alert(1)</script>]]>{SQUARE}",
        f"<?xml-stylesheet href='http://127.0.0.1:9/a.css'?>{SQUARE}",
        f'<s:path xmlns:s="{SVG}" d="M4 6h8v10h-8z"/>',
        f"words{SQUARE}&lt;script&gt;",
        f'<path fill="url(#none)"/>{SQUARE}',
        f'<g id="a" fill="url(#a)"><use href="#a"/></g>{SQUARE}',
    ],
)
def test_what_means_nothing_draws_nothing(body: str) -> None:
    assert np.array_equal(drawn(body), square(6, 16, 4, 12))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<script>alert(1)</script>", "holds 'script', which is no shape"),
        (f'<s:script xmlns:s="{SVG}"/>', "holds 'script', which is no shape"),
        ("<style>@import url(http://a.b/c)</style>", "holds 'style', which is no shape"),
        ('<image href="file:///etc/passwd"/>', "holds 'image', which is no shape"),
        ("<foreignObject><p/></foreignObject>", "holds 'foreignObject', which is no shape"),
        ("<text>a</text>", "holds 'text', which is no shape"),
        ("<g><svg/></g>", "holds 'svg', which is no shape"),
        ('<animate attributeName="d"/>', "holds 'animate', which is no shape"),
        ('<x:path xmlns:x="http://a.b/c"/>', "holds '{http://a.b/c}path', which is no shape"),
        ('<use href="http://a.b/c.svg#d"/>', "refers to 'http://a.b/c.svg#d' outside of itself"),
        ('<use href="file:///etc/passwd"/>', "refers to 'file:///etc/passwd' outside of itself"),
        ('<use href="data:image/svg+xml,a"/>', "refers to 'data:image/svg+xml,a' outside"),
        ('<path fill="url(http://a.b/c)"/>', "refers to 'url(http://a.b/c)' outside of itself"),
        ('<path fill="URL( file:///a )"/>', "refers to 'URL( file:///a )' outside of itself"),
        ("<path fill=\"url('#a')\"/>", "refers to \"url('#a')\" outside of itself"),
        ('<path mask="url(#a) url(//b)"/>', "refers to 'url(#a) url(//b)' outside of itself"),
        ('<path style="fill:url(http://a)"/>', "gives 'path' a 'style', which no shape needs"),
        ('<g onload="alert(1)"/>', "gives 'g' a 'onload', which no shape needs"),
        ('<g filter="url(#a)"/>', "gives 'g' a 'filter', which no shape needs"),
        (
            '<use xmlns:x="http://www.w3.org/1999/xlink" x:href="http://a.b"/>',
            "gives 'use' a '{http://www.w3.org/1999/xlink}href', which no shape needs",
        ),
        (f"{LAUGHS}<g>&b;</g>", "is no well-formed svg, or declares entities"),
        (f"</svg>{LAUGHS}<svg>&b;", "is no well-formed svg, or declares entities"),
        (f"<!-- --></svg><!-- -->{LAUGHS}<svg>", "is no well-formed svg, or declares entities"),
        ("</svg><svg onload='a'>", "is no well-formed svg, or declares entities"),
        ("&b;", "is no well-formed svg, or declares entities"),
        ("<g><path/>", "is no well-formed svg, or declares entities"),
        ("<path", "is no well-formed svg, or declares entities"),
        ("<!--", "is no well-formed svg, or declares entities"),
        ("\0", "is no well-formed svg, or declares entities"),
        ("\ud800", "is no well-formed svg, or declares entities"),
        ('<use href="#a"/>' * (MOST_REFERENCES + 1), "refers 9 times to its shapes, 8 at most"),
        (" " * (LONGEST + 1), "characters long, and 100000 is the most"),
    ],
    ids=lambda value: value[:24],
)
def test_what_is_no_plain_drawing_is_refused_before_it_is_drawn(
    monkeypatch: pytest.MonkeyPatch, body: str, said: str
) -> None:
    monkeypatch.setattr("resvg_py.svg_to_bytes", None)
    monkeypatch.setattr(socket, "socket", None)
    with pytest.raises(DataError) as caught:
        drawn(SQUARE + body)
    assert said in str(caught.value)


@pytest.mark.parametrize("side", [2, 3])
@pytest.mark.parametrize("size", [math.nan, math.inf, 0.0, -1.0, 1e9])
def test_a_size_that_is_none_is_refused(side: int, size: float) -> None:
    box = [*WHOLE]
    box[side] = size
    with pytest.raises(DataError, match=re.escape(f"has the size {box[2]} x {box[3]}")):
        drawn(SQUARE, (box[0], box[1], box[2], box[3]))


@pytest.mark.parametrize("box", [(math.nan, 0.0, 28.0, 28.0), (0.0, -math.inf, 28.0, 28.0)])
def test_a_place_that_is_none_is_refused(box: tuple[float, float, float, float]) -> None:
    with pytest.raises(DataError, match="has the size 28"):
        drawn(SQUARE, box)


def test_what_the_renderer_refuses_cannot_be_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> bytes:
        raise ValueError("no")

    monkeypatch.setattr("resvg_py.svg_to_bytes", refuse)
    with pytest.raises(DataError, match=r"^cannot be drawn$"):
        drawn(SQUARE)


@pytest.mark.parametrize(
    "body",
    [
        '<path d="M0 0h28" stroke="red" stroke-dasharray="nan -1 inf"/>',
        '<path d="Mnan 0hinfz"/>',
        '<path d="M0 0h1v1z" transform="rotate(nan)"/>',
        '<path d="M0 0h1e-30v.000000001z"/>',
        '<g id="a"><use href="#a"/><use href="#a"/></g>',
        "<g>" * 29 + "</g>" * 29,
    ],
)
def test_odd_numbers_and_references_to_itself_leave_the_rest_as_it_is(body: str) -> None:
    assert (drawn(SQUARE + body) >= square(6, 16, 4, 12)).all()


@settings(max_examples=100)
@given(st.lists(st.sampled_from(PIECES), max_size=9).map("".join))
def test_any_text_is_a_drawing_or_a_phrase(body: str) -> None:
    said, made = "", np.zeros((28, 28), np.uint8)
    try:
        made = drawn(body)
    except DataError as error:
        said = str(error)
    assert "\n" not in said
    assert (made.shape, made.dtype) == ((28, 28), np.uint8)


MASKS = "".join(
    f'<mask id="m{n}">' + f'<path d="M0 0h9v9z" mask="url(#m{n + 1})"/>' * 10 + "</mask>"
    for n in range(9)
)
CLIPS = MASKS.replace("mask", "clipPath").replace('clipPath="', 'clip-path="')


@pytest.mark.parametrize(
    "body",
    [
        "<g>" * 400 + '<path d="M0 0h9v9z"/>' + "</g>" * 400,  # SIGSEGV
        '<g opacity=".9">' * 300 + '<path d="M0 0h9v9z"/>' + "</g>" * 300,  # SIGSEGV
        "<g>" * 12_000 + "</g>" * 12_000,  # RecursionError
        f'<defs>{MASKS}</defs><path d="M0 0h9v9z" mask="url(#m0)"/>',  # 10**9 masks
        f'<defs>{CLIPS}</defs><path d="M0 0h9v9z" clip-path="url(#m0)"/>',
        '<path d="M0 0h28" stroke="red" stroke-dasharray="0.00003"/>' * 1000,  # minutes
        '<circle r="1e9"/>',  # pyo3_runtime.PanicException, a BaseException
        '<path d="M0 0h28" stroke="red" stroke-width="1e9"/>',
        '<path d="M0 0h28000000" stroke="red"/>',
        '<path d="M0 0h1v1z" transform="scale(1e30)"/>',
    ],
    ids=[
        "deep",
        "groups",
        "deeper",
        "masks",
        "clips",
        "dashes",
        "radius",
        "width",
        "length",
        "scale",
    ],
)
def test_what_would_take_the_renderer_down_is_refused(body: str) -> None:
    with pytest.raises(DataError):
        drawn(body)


def test_what_lies_outside_of_a_box_is_not_seen() -> None:
    wide = drawn('<path d="M0 0h28v28H0z"/>', (0.0, 0.0, 28.0, 14.0))
    assert (wide == square(7, 21, 0, 28)).all()
    far = drawn('<path d="M98765.43 0h14v28h-14z"/>', (98765.43, 0.0, 28.0, 28.0))
    assert (far == square(0, 28, 0, 14)).all()
