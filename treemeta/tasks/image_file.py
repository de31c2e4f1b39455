"""An image file: opened without decoding a pixel, and decoded the right way up."""

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.ImageFile import ImageFile

from treemeta.errors import DataError

LARGEST_FILE = 256 * 2**20  # bytes
MOST_PIXELS = 100_000_000  # beyond it an image is a mistake or an attack
FORMATS = ("PNG", "JPEG", "BMP", "TIFF", "GIF", "WEBP")
WHOLE = 4096  # pixels a side, up to which every pixel of a photo is decoded
DRAFT = (512, 512)  # of a larger one enough to be shrunk from, twice the largest --size

# What Pillow and the readers of its tags raise of damaged bytes.
UNDECODABLE = (
    UnidentifiedImageError, SyntaxError, ValueError, LookupError, TypeError, ArithmeticError,
    struct.error,
)  # fmt: skip


@contextmanager
def naming(name: str) -> Iterator[None]:
    """Raise ``DataError`` that names an image for what goes wrong while it is read or decoded."""
    try:
        with warnings.catch_warnings():
            # Pillow warns of huge images, which are refused here, and of tags that it skips.
            warnings.simplefilter("ignore")
            yield
    except Image.DecompressionBombError as error:
        raise _too_large(name, "too many") from error
    except UNDECODABLE as error:
        raise DataError(f"image {name!r} cannot be decoded: replace or remove it") from error
    except OSError as error:
        raise DataError(f"image {name!r} cannot be read ({error}): replace it") from error


def read_file(file: Path) -> bytes:
    """Return what is in an image file, unless it is too large to be one."""
    if file.stat().st_size > LARGEST_FILE:
        raise DataError(f"image {str(file)!r} is over {LARGEST_FILE} bytes: shrink or remove it")
    return file.read_bytes()


def open_image(name: str, data: bytes) -> ImageFile:
    """Return an image file whose size is known and whose pixels are not decoded yet; raises
    ``DataError`` for one that is too large to be."""
    image = Image.open(BytesIO(data), formats=FORMATS)
    if image.width * image.height > MOST_PIXELS:
        raise _too_large(name, f"{image.width} x {image.height}")
    return image


def turn_upright(image: ImageFile) -> None:
    """Decode an image, a huge photo at a fraction of its size, turned as its EXIF orientation
    says."""
    if max(image.size) > WHOLE:
        image.draft(None, DRAFT)
    image.load()
    try:
        ImageOps.exif_transpose(image, in_place=True)
    except Exception:  # a damaged EXIF says nothing, and parsers of it raise what they like
        return


def pages(image: ImageFile) -> int:
    """Return how many pages or frames a file has, of which the first is read; afterwards it is of
    no more use."""
    if image.format not in ("TIFF", "GIF", "WEBP", "PNG"):  # other JPEGs hold previews, no pages
        return 1
    try:
        return int(getattr(image, "n_frames", 1))
    except Exception:  # the first page may be sound where others are damaged
        return 1


def _too_large(name: str, size: str) -> DataError:
    return DataError(
        f"image {name!r} has {size} pixels, and {MOST_PIXELS:,} is the most: shrink it or remove it"
    )
