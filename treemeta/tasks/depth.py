"""Pixels of more than 8 bits: which files store them, and how a whole data set is made bytes of."""

import sys
from dataclasses import dataclass

import numpy as np
from PIL import Image
from PIL.ImageFile import ImageFile, _Tile

from treemeta.errors import DataError
from treemeta.tasks.image_file import open_image, turn_upright

BITS, SAMPLE_FORMAT, PHOTOMETRIC = 258, 339, 262  # tags of TIFF
FLOAT = "float"
ROWS = 256  # scaled at once: numbers of 8 bytes take room
# Of 16 bits of colour Pillow unpacks one byte; told of the other order, it unpacks the other one.
_OTHER = {
    f"{bands};16{order}": f"{bands};16{other}"
    for bands in ("RGB", "RGBA", "RGBX")
    for order, other in (("B", "L"), ("L", "B"), ("N", "B" if sys.byteorder == "little" else "L"))
} | {"LA;16B": "RGBA"}  # the four bytes of a grey and its alpha, as they are


@dataclass(frozen=True)
class Scale:
    """What is black and what is white of images of more than 8 bits, over a whole data set."""

    integers: tuple[float, float] = (0.0, 65535.0)
    floats: tuple[float, float] = (0.0, 1.0)


ALL = Scale()  # where no data set says better


def stored(image: ImageFile) -> str:
    """Return how many bits a file stores of each number of a pixel, ``8`` for fewer too, or
    ``float``."""
    if image.mode == "F":
        return FLOAT
    if image.mode == "I" or image.mode.startswith("I;16") or _raw(image) in _OTHER:
        return str(_tag(image, BITS, 16))
    return "8"


def whole_range(least: float, greatest: float) -> tuple[float, float]:
    """Return what is black and what is white of integers: 0, and all ones of as many bits as hold
    the greatest; where some are negative, the least and the greatest."""
    return (least, greatest) if least < 0 else (0.0, float(2 ** int(greatest).bit_length() - 1))


def samples(name: str, data: bytes) -> np.ndarray:
    """Return the numbers that an image of more than 8 bits stores, upright: ``[height, width]``, of
    colour or transparency ``[height, width, bands]``, integers or floats.

    Raises ``DataError`` for floats that are no numbers.
    """
    image, raw = (one := open_image(name, data)), _raw(one)
    turn_upright(image)
    pixels = np.asarray(image)
    if raw in _OTHER:
        other = open_image(name, data)
        other.tile = [_unpacked_as(_OTHER[raw], tile) for tile in other.tile]
        turn_upright(other)
        rest = np.asarray(other)
        high, low = (rest[..., ::2], rest[..., 1::2]) if raw == "LA;16B" else (pixels, rest)
        return high.astype(np.uint16) * 256 + low
    if image.mode == "I" and _tag(image, SAMPLE_FORMAT, 1) == 1:
        return pixels.view(np.uint32)  # unsigned, which Pillow has not
    if image.mode == "F" and not np.isfinite(pixels).all():
        raise DataError(
            f"image {name!r} has pixels that are NaN or infinite: replace them, or remove it"
        )
    return pixels


def to_bytes(image: ImageFile, pixels: np.ndarray, scale: Scale) -> Image.Image:
    """Return the samples of an image file scaled to 8 bits; what is transparent stays so."""
    shown, alpha = _parted(image, pixels)
    grey = _scaled(shown, *(scale.floats if image.mode == "F" else scale.integers))
    if _tag(image, PHOTOMETRIC, 1) == 0:
        grey = 255 - grey  # 0 is white, which Pillow heeds of 8 bits only
    made = Image.fromarray(grey)
    if alpha is not None:
        made.putalpha(Image.fromarray(_scaled(alpha, 0, 65535)))
    return made


def _parted(image: ImageFile, pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """Return what an image shows and, unless all of it is, how opaque that is, in 16 bits."""
    if pixels.ndim == 3 and pixels.shape[2] in (2, 4):
        shown = pixels[..., 0] if pixels.shape[2] == 2 else pixels[..., :3]
        return shown, pixels[..., -1]
    if (clear := image.info.get("transparency")) is None:
        return pixels, None
    differs = pixels != np.array(clear)
    return pixels, 65535 * (differs.any(axis=2) if pixels.ndim == 3 else differs)


def shown_range(image: ImageFile, pixels: np.ndarray) -> tuple[float, float]:
    """Return the least and the greatest of what an image shows, its opacity apart."""
    shown, _ = _parted(image, pixels)
    return float(shown.min()), float(shown.max())


def _scaled(pixels: np.ndarray, black: float, white: float) -> np.ndarray:
    made = np.empty(pixels.shape, np.uint8)
    for row in range(0, len(pixels), ROWS):
        part = (pixels[row : row + ROWS].astype(np.float64) - black) / ((white - black) or 1)
        made[row : row + ROWS] = np.rint(255 * part.clip(0, 1))
    return made


def _unpacked_as(raw: str, tile: _Tile) -> _Tile:
    args = tile.args
    return tile._replace(args=(raw, *args[1:]) if isinstance(args, tuple) else raw)


def _raw(image: ImageFile) -> str:
    """Return how Pillow unpacks a file, if all parts of it in one way."""
    args = [tile.args for tile in image.tile]
    raws = {str(one[0] if isinstance(one, tuple) and one else one) for one in args}
    return raws.pop() if len(raws) == 1 else ""


def _tag(image: ImageFile, tag: int, default: int) -> int:
    value = getattr(image, "tag_v2", {}).get(tag, default)
    return int(value[0] if isinstance(value, tuple) else value)
