"""From an image file to 28 x 28 bytes."""

import warnings
from collections.abc import Callable
from io import BytesIO

import numpy as np
from PIL import Image, UnidentifiedImageError

from treemeta.errors import DataError
from treemeta.tasks.dataset import SIDE

LARGEST_SIDE = 4096  # pixels; beyond it an image is a mistake or an attack
LARGEST_FILE = 32 * 2**20  # bytes


def shrink(image: Image.Image) -> np.ndarray:
    """Return a grey image as ``uint8[28, 28]`` with dark ink as 255, antialiased by area."""
    small = image.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX)
    return 255 - np.asarray(small, dtype=np.uint8)


def _on_paper(image: Image.Image) -> Image.Image:
    """Return an image as it looks on white paper: Pillow shows what is transparent as black, and
    clips 16 bits of grey where it should scale them."""
    if image.mode.startswith("I;16"):
        return image.point(lambda value: value / 256)
    if image.has_transparency_data:
        paper = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(paper, image.convert("RGBA"))
    return image


def read_image(name: str, read: Callable[[], bytes]) -> np.ndarray:
    """Decode one image file, named for the error message, or raise ``DataError``."""
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
        return shrink(_on_paper(image))
    except (UnidentifiedImageError, Image.DecompressionBombError, SyntaxError, ValueError) as error:
        raise DataError(f"image {name!r} cannot be decoded: replace or remove it") from error
    except OSError as error:
        raise DataError(f"image {name!r} cannot be read ({error}): replace it") from error
