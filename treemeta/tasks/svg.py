"""From the inside of an svg image to grey pixels: shapes only, and nothing that reaches out.

What may stand in a drawing is listed, not what may not: there is no script, style sheet, font,
picture or address among it, so that nothing is fetched or run.
"""

import math
import re
from collections.abc import Iterator
from io import BytesIO
from xml.etree.ElementTree import Element, ParseError, register_namespace, tostring

import numpy as np
from PIL import Image

from treemeta.errors import DataError

SVG = "http://www.w3.org/2000/svg"
SHAPES = {"circle", "clipPath", "defs", "ellipse", "g", "line", "mask", "path", "polygon"}
SHAPES |= {"polyline", "rect", "use"}
GEOMETRY = ("cx", "cy", "d", "height", "points", "r", "rx", "ry", "transform", "width", "x", "y")
ENDS = ("x1", "x2", "y1", "y2")
PAINT = ("clip-path", "clip-rule", "fill", "fill-opacity", "fill-rule", "mask", "opacity", "stroke")
STROKES = ("dasharray", "linecap", "linejoin", "miterlimit", "opacity", "width")
TRAITS = frozenset(
    ("class", "href", "id", *GEOMETRY, *ENDS, *PAINT, *(f"stroke-{trait}" for trait in STROKES))
)
LONGEST = 100_000  # characters of a drawing
MOST_USES = 8  # of other shapes: uses of uses could draw one shape a billion times
FINER = 4  # pixels drawn for each that is kept, a side

Box = tuple[float, float, float, float]  # left, top, width and height of what is seen


def rasterised(body: str, box: Box, side: int) -> np.ndarray:
    """Return what is drawn inside an svg image as ``uint8[side, side]``, ink 255 on 0: how much of
    a pixel is covered, whatever its colour.

    Raises ``DataError``, a phrase without the drawing's name, for what is no plain drawing.
    """
    from resvg_py import svg_to_bytes

    if not all(map(math.isfinite, box)) or not 0 < min(box[2:]) <= max(box[2:]) <= LONGEST:
        raise DataError(f"has the size {box[2]} x {box[3]}")
    try:
        data = svg_to_bytes(
            svg_string=_page(_shapes(body), box), width=FINER * side, height=FINER * side,
            skip_system_fonts=True,
        )  # fmt: skip
    except ValueError as error:
        raise DataError("cannot be drawn") from error
    with Image.open(BytesIO(bytes(data)), formats=("PNG",)) as image:
        ink = image.convert("RGBA").getchannel("A")
        return np.asarray(ink.resize((side, side), Image.Resampling.BOX), dtype=np.uint8)


def _shapes(body: str) -> Element:
    """Return the drawing, read as shapes and nothing else."""
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    if len(body) > LONGEST:
        raise DataError(f"is {len(body)} characters long, and {LONGEST} is the most")
    try:
        drawing = fromstring(f'<svg xmlns="{SVG}">{body}</svg>', forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise DataError("is no well-formed svg, or declares entities") from error
    for element in drawing.iter():
        for objection in _objections(element, element is drawing):
            raise DataError(objection)
    if (uses := sum(element.tag == f"{{{SVG}}}use" for element in drawing.iter())) > MOST_USES:
        raise DataError(f"uses {uses} shapes again, and {MOST_USES} is the most")
    return drawing


def _objections(element: Element, outermost: bool) -> Iterator[str]:
    """Yield what there is to say against an element."""
    name = str(element.tag).removeprefix(f"{{{SVG}}}")
    if not outermost and name not in SHAPES:
        yield f"holds <{name}>, which is no shape"
    for trait, value in element.attrib.items():
        if trait not in TRAITS:
            yield f"gives <{name}> a {trait!r}, which no shape needs"
        inside = re.sub(r"url\(#[\w-]+\)", "", value)
        if "url" in inside.lower() or (trait == "href" and not value.startswith("#")):
            yield f"refers to {value!r} outside of itself"


def _page(drawing: Element, box: Box) -> str:
    """Return a drawing as a whole svg image that shows its box, wholly and centred."""
    register_namespace("", SVG)
    drawing.set("viewBox", " ".join(f"{number:g}" for number in box))
    drawing.set("width", "1")
    drawing.set("height", "1")
    return tostring(drawing, encoding="unicode")
