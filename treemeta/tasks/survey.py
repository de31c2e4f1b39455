"""A first look at all images of a data set: what they have in common, and what is lost of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from treemeta.tasks.colour import has_colour
from treemeta.tasks.depth import ALL, FLOAT, Scale, samples, shown_range, stored, whole_range
from treemeta.tasks.image_file import naming, open_image, pages, read_file
from treemeta.tasks.images import Reading, decode, read_image
from treemeta.tasks.paper import Opaque, opaque


@dataclass(frozen=True)
class Look:
    """What is seen of one image: its pixels a side, how they are stored, their range if by more
    than 8 bits, how many pages it has, and whether some of it may be transparent."""

    size: tuple[int, int]
    depth: str
    shown: tuple[float, float]
    pages: int
    clear: bool


@dataclass(frozen=True)
class Survey:
    """What images have in common; only those of more than 8 bits, and those that may be
    transparent, are decoded for it."""

    looks: tuple[Look, ...]
    reading: Reading


def survey(files: Sequence[Path]) -> Survey:
    """Return what the images of a data set have in common; raises ``DataError`` for one that no
    data set can have."""
    looks = tuple(_look(file) for file in files)
    integers = _span([one.shown for one in looks if one.depth not in ("8", FLOAT)])
    floats = _span([one.shown for one in looks if one.depth == FLOAT])
    scale = Scale(whole_range(*integers) if integers else ALL.integers, floats or ALL.floats)
    shown = Opaque()
    for file, look in zip(files, looks, strict=True):
        if look.clear:
            shown += _opaque(file, scale)
    return Survey(looks, Reading(scale, shown.is_light))


def any_colour(files: Iterable[Path], reading: Reading) -> bool:
    """Return whether any image is more than shades of grey."""
    return any(
        read_image(str(file), partial(read_file, file), has_colour, reading) for file in files
    )


def _look(file: Path) -> Look:
    name, data = str(file), read_file(file)
    with naming(name):
        image = open_image(name, data)
        size, depth, clear = image.size, stored(image), image.has_transparency_data
        shown = (0.0, 255.0) if depth == "8" else shown_range(image, samples(name, data))
        return Look(size, depth, shown, pages(image), clear)


def _opaque(file: Path, scale: Scale) -> Opaque:
    with naming(str(file)):
        return opaque(decode(str(file), read_file(file), scale))


def _span(ranges: Sequence[tuple[float, float]]) -> tuple[float, float] | None:
    return (min(r[0] for r in ranges), max(r[1] for r in ranges)) if ranges else None
