"""What a user is told of how a folder's images were packed: what is kept, and what is lost."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from treemeta.tasks.depth import FLOAT
from treemeta.tasks.survey import Survey


def account(found: Survey, size: int, channels: str, lost: bool) -> str:
    """Return how images were read and packed, ``lost`` saying whether they had a colour that they
    have no more."""
    sizes = sorted({one.size for one in found.looks}, key=lambda one: (one[0] * one[1], one))
    ends = " to ".join(f"{w} x {h}" for w, h in dict.fromkeys((sizes[0], sizes[-1])))
    most, shade = max(map(max, sizes)), "grey" if channels == "1" else "in colour"
    way = "shrunk to" if most > size else "enlarged to" if most < size else "packed as"
    text = f"images of {ends} pixels, {_depths(found)}, {way} {size} x {size} {shade}"
    return "; ".join([text, *_changes(found, lost, all(w == h for w, h in sizes))])


def losses(found: Survey, files: Sequence[Path], packed: Sequence[np.ndarray]) -> Iterator[str]:
    """Yield what is lost of some images, a sentence each; those of each class are packed together,
    in the order of the files."""
    if several := [one for one in found.looks if one.pages > 1]:
        pages = sum(one.pages - 1 for one in several)
        yield (
            f"{pages} pages or frames left out, as of {len(several)} files with several the first "
            "alone is read: store each as a file"
        )
    images = (image for each in packed for image in each)
    blank = [
        file
        for file, image in zip(files, images, strict=True)
        if image.min() == image.max() and image.max() in (0, 255)
    ]
    if blank:
        example = "/".join(blank[0].parts[-3:])
        yield f"{len(blank)} images are blank, such as {example!r}: is anything drawn on them?"


def _depths(found: Survey) -> str:
    depths = {one.depth for one in found.looks}
    bits = sorted(int(one) for one in depths - {FLOAT})
    said = " and ".join(filter(None, [", ".join(map(str, bits[:-1])), *map(str, bits[-1:])]))
    floats = "floats" if FLOAT in depths else ""
    return " and ".join(filter(None, [said and f"{said} bits", floats]))


def _changes(found: Survey, lost: bool, square: bool) -> Iterator[str]:
    depths, scale = {one.depth for one in found.looks}, found.reading.scale
    if depths - {"8", FLOAT}:
        yield "integers of more than 8 bits are scaled from {:.0f} to {:.0f}".format(
            *scale.integers
        )
    if FLOAT in depths:
        yield "floats are scaled from {:g} to {:g}".format(*scale.floats)
    if found.reading.light:
        yield "light drawings on a transparent ground are made dark ones on white"
    if not square:
        yield "what is not square is squeezed"
    if lost:
        yield "colour is lost: --channels 3 keeps it"
