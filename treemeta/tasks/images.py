"""From an image file to square bytes."""

import warnings
from collections.abc import Callable
from io import BytesIO
from typing import TypeVar

import numpy as np
from PIL import Image, UnidentifiedImageError

from treemeta.defaults import SIDE
from treemeta.errors import DataError

LARGEST_SIDE = 4096  # pixels; beyond it an image is a mistake or an attack
LARGEST_FILE = 32 * 2**20  # bytes
GREY_MODES = ("1", "L", "LA", "I", "F", "I;16", "I;16B", "I;16L")
TINGE = 12  # of 255, by which the channels of a grey pixel may differ

Seen = TypeVar("Seen")


def shrink(image: Image.Image, size: int = SIDE, channels: int = 1) -> np.ndarray:
    """Return an image as ``uint8[size, size]`` with dark ink as 255, antialiased by area; with
    three channels as ``uint8[size, size, 3]``."""
    mode = "L" if channels == 1 else "RGB"
    small = image.convert(mode).resize((size, size), Image.Resampling.BOX)
    return 255 - np.asarray(small, dtype=np.uint8)


def has_colour(image: Image.Image) -> bool:
    """Return whether an image is more than shades of grey; what a JPEG makes of grey is none."""
    if image.mode in GREY_MODES:
        return False
    small = np.asarray(image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX))
    return bool(np.ptp(small.astype(int), axis=2).max() > TINGE)


def _on_paper(image: Image.Image) -> Image.Image:
    """Return an image as it looks on white paper: Pillow shows what is transparent as black, and
    clips 16 bits of grey where it should scale them."""
    if image.mode.startswith("I;16"):
        return image.point(lambda value: value / 256)
    if image.has_transparency_data:
        paper = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(paper, image.convert("RGBA"))
    return image


def read_image(name: str, read: Callable[[], bytes], see: Callable[[Image.Image], Seen]) -> Seen:
    """Return what ``see`` makes of an image file, named for the error message, or raise
    ``DataError`` for a file that is none. Its pixels are decoded where they are looked at."""
    try:
        data = read()
        with warnings.catch_warnings():
            # Pillow only warns of a huge image; the size is checked before a pixel is decoded.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(BytesIO(data), formats=("PNG", "JPEG", "BMP", "TIFF", "GIF", "WEBP"))
        if max(image.size) > LARGEST_SIDE:
            raise DataError(
                f"image {name!r} has {image.size[0]} x {image.size[1]} pixels, and "
                f"{LARGEST_SIDE} x {LARGEST_SIDE} is the most: shrink it or remove it"
            )
        return see(_on_paper(image))
    except (UnidentifiedImageError, Image.DecompressionBombError, SyntaxError, ValueError) as error:
        raise DataError(f"image {name!r} cannot be decoded: replace or remove it") from error
    except OSError as error:
        raise DataError(f"image {name!r} cannot be read ({error}): replace it") from error
