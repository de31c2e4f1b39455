"""From the inside of an svg image to grey pixels: shapes only, and nothing that reaches out.

What may stand in a drawing is listed, not what may not: there is no script, style sheet, font,
picture or address among it, so that nothing is fetched or run.
"""

import math
import re
from collections.abc import Iterator, Sequence
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
MEASURED = {*GEOMETRY, *ENDS, "stroke-dasharray", "stroke-width", "stroke-miterlimit"}
TRAITS = frozenset(
    ("class", "href", "id", *GEOMETRY, *ENDS, *PAINT, *(f"stroke-{trait}" for trait in STROKES))
)
LONGEST = 100_000  # characters of a drawing, and units of its box
DEEPEST = 30  # shapes within shapes: the renderer's stack is no deeper than a few hundred
MOST_REFERENCES = 8  # to other shapes: uses of uses could draw one shape a billion times
MOST_DASHED = 8  # shapes, none in dashes of less than ...
SHORTEST = 0.1
HUGE = re.compile(r"(?<![\d.])\d{6,}|\d[eE]\+?\d")  # numbers at which the renderer may give up
FINER = 4  # pixels drawn for each that is kept, a side

Box = tuple[float, float, float, float]  # left, top, width and height of what is seen


def rasterised(body: str, box: Box, side: int) -> np.ndarray:
    """Return what is drawn inside an svg image as ``uint8[side, side]``, ink 255 on 0: how much of
    a pixel is covered, whatever its colour. A box that is no square is centred.

    Raises ``DataError``, a phrase without the drawing's name, for what is no plain drawing.
    """
    from resvg_py import svg_to_bytes

    if not all(map(math.isfinite, box)) or not 0 < min(box[2:]) <= max(box[2:]) <= LONGEST:
        raise DataError(f"has the size {box[2]} x {box[3]}")
    width, height = (max(1, round(FINER * side * length / max(box[2:]))) for length in box[2:])
    try:
        data = svg_to_bytes(
            svg_string=_page(_shapes(body), box), width=width, height=height, skip_system_fonts=True
        )
    except ValueError as error:
        raise DataError("cannot be drawn") from error
    with Image.open(BytesIO(bytes(data)), formats=("PNG",)) as image:
        page = Image.new("L", (FINER * side, FINER * side))
        corner = (page.width - image.width) // 2, (page.height - image.height) // 2
        page.paste(image.convert("RGBA").getchannel("A"), corner)
        return np.asarray(page.resize((side, side), Image.Resampling.BOX), dtype=np.uint8)


def _shapes(body: str) -> Element:
    """Return the drawing, read as shapes and nothing else."""
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    if len(body) > LONGEST:
        raise DataError(f"is {len(body)} characters long, and {LONGEST} is the most")
    try:
        drawing: Element = fromstring(f'<svg xmlns="{SVG}">{body}</svg>', forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise DataError("is no well-formed svg, or declares entities") from error
    layer, depth = [drawing], 0
    while layer := [shape for outer in layer for shape in outer]:  # no deeper than is looked at
        if (depth := depth + 1) > DEEPEST:
            raise DataError(f"is nested more than {DEEPEST} shapes deep")
        for objection in (said for shape in layer for said in _objections(shape)):
            raise DataError(objection)
    _check_work([value for shape in drawing.iter() for value in shape.attrib.items()])
    return drawing


def _objections(shape: Element) -> Iterator[str]:
    """Yield what there is to say against one shape."""
    name = str(shape.tag).removeprefix(f"{{{SVG}}}")
    if name not in SHAPES:
        yield f"holds {name!r}, which is no shape"
    for trait, value in shape.attrib.items():
        if trait not in TRAITS:
            yield f"gives {name!r} a {trait!r}, which no shape needs"
        inside = re.sub(r"url\(#[\w-]+\)", "", value)
        if "url" in inside.lower() or (trait == "href" and not value.startswith("#")):
            yield f"refers to {value!r} outside of itself"
        if trait in MEASURED and HUGE.search(value):
            yield f"gives {name!r} a {trait} of over {LONGEST}"


def _check_work(traits: Sequence[tuple[str, str]]) -> None:
    """Raise where little text would make much work."""
    references = sum(trait == "href" or "url(" in value for trait, value in traits)
    if references > MOST_REFERENCES:
        raise DataError(f"refers {references} times to its shapes, {MOST_REFERENCES} at most")
    dashes = [value for trait, value in traits if trait == "stroke-dasharray"]
    lengths = [float(number) for one in dashes for number in re.findall(r"\d*\.?\d+", one)]
    if len(dashes) > MOST_DASHED or any(0 < length < SHORTEST for length in lengths):
        raise DataError(
            f"has {len(dashes)} dashed shapes: {MOST_DASHED} at most, of {SHORTEST} or longer"
        )


def _page(drawing: Element, box: Box) -> str:
    """Return a drawing as a whole svg image that shows its box."""
    register_namespace("", SVG)
    drawing.set("viewBox", " ".join(map(repr, box)))
    drawing.set("width", repr(box[2]))
    drawing.set("height", repr(box[3]))
    return tostring(drawing, encoding="unicode")
