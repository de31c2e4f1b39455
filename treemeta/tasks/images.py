"""From an image file to square bytes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from PIL import Image

from treemeta.defaults import SIDE
from treemeta.tasks.depth import ALL, Scale, samples, stored, to_bytes
from treemeta.tasks.image_file import naming, open_image, turn_upright
from treemeta.tasks.paper import lay

Seen = TypeVar("Seen")


@dataclass(frozen=True)
class Reading:
    """How all images of a data set are read: scaled so, and whether ``light`` drawings on a
    transparent ground are turned dark."""

    scale: Scale = ALL
    light: bool = False


ALONE = Reading()  # of an image that belongs to no data set


def read_image(
    name: str,
    read: Callable[[], bytes],
    see: Callable[[Image.Image], Seen],
    reading: Reading = ALONE,
) -> Seen:
    """Return what ``see`` makes of an image file, upright and on paper; named for the error
    message, or raise ``DataError`` for a file that is none."""
    with naming(name):
        return see(lay(decode(name, read(), reading.scale), reading.light))


def decode(name: str, data: bytes, scale: Scale) -> Image.Image:
    """Return an image file's pixels in 8 bits, upright."""
    image = open_image(name, data)
    if stored(image) != "8":
        return to_bytes(image, samples(name, data), scale)
    turn_upright(image)
    return image


def shrink(image: Image.Image, size: int = SIDE, channels: int = 1) -> np.ndarray:
    """Return an image as ``uint8[size, size]`` with dark ink as 255, antialiased by area; with
    three channels as ``uint8[size, size, 3]``."""
    mode = "L" if channels == 1 else "RGB"
    small = image.convert(mode).resize((size, size), Image.Resampling.BOX)
    return 255 - np.asarray(small, dtype=np.uint8)
