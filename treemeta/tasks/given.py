"""Arrays that a program gives: images, rows of numbers, and numbers to tell."""

from typing import Any

import numpy as np
import pandas as pd

from treemeta.errors import DataError
from treemeta.tasks.given_table import numbers_in

SIDES = (8, 256)  # pixels, as --size takes them


def as_inputs(values: Any, what: str) -> np.ndarray:
    """Return images, ``uint8[n, side, side]`` or in colour ``uint8[n, side, side, 3]``, as they
    are, and rows of numbers, ``[n, features]``, as ``float64``; raise ``DataError`` for all else,
    calling it ``what``."""
    found = _array(values, what)
    if not found.size:
        raise DataError(f"{what} is an empty array, {shown(found)}: give one input or more")
    if found.ndim == 2 and found.dtype.kind in "fiu":
        return _finite(found, what)
    if _are_images(found):
        return found
    if meant := _meant(found):
        raise DataError(f"{what} is {shown(found)}: if x are images, give {meant}")
    if found.dtype != np.uint8 or found.ndim not in (3, 4):
        raise DataError(
            f"{what} is {shown(found)}: give images, uint8[n, side, side] or "
            "uint8[n, side, side, 3], or rows of numbers, [n, features]"
        )
    raise DataError(
        f"{what} is {shown(found)}: images are square, of {SIDES[0]} to {SIDES[1]} pixels a side, "
        "grey or in 3 colours: cut or scale them"
    )


def as_class(values: Any, what: str) -> np.ndarray:
    """Return the inputs of a class, see ``as_inputs``; raise ``DataError`` for what may be one
    image, or as many rows as it has."""
    found = _array(values, what)
    if found.ndim == 2 and _are_images(found[None]):
        raise DataError(
            f"{what} is {shown(found)}, which may be one image or {len(found)} rows: of an image x "
            "give x[None], of rows x.astype(float)"
        )
    return as_inputs(values, what)


def as_numbers(values: Any, count: int, what: str) -> np.ndarray:
    """Return as many numbers as there are inputs, ``float64[n]``; raise ``DataError`` for others,
    calling them ``what``."""
    found = _array(values, what)
    if found.shape != (count,) or found.dtype.kind not in "fiu":
        raise DataError(
            f"{what} is {shown(found)}, and there are {count} inputs: give a number for each"
        )
    return _finite(found, what)


def _are_images(found: np.ndarray) -> bool:
    square = found.ndim > 2 and found.shape[1] == found.shape[2] and found.shape[3:] in ((), (3,))
    return square and found.dtype == np.uint8 and SIDES[0] <= found.shape[1] <= SIDES[1]


def _meant(found: np.ndarray) -> str:
    """Return what makes images of an array ``x`` that others lay out otherwise, if anything does:
    channels first or one of them, a share of full ink, one image by itself."""
    laid, way = found, "{}"
    if found.ndim == 4 and 1 in (found.shape[1], found.shape[3]):
        axis = 1 if found.shape[1] == 1 else 3
        laid, way = found.squeeze(axis), f"{{}}.squeeze({axis})"
    elif found.ndim == 4 and found.shape[1] == 3:
        laid, way = np.moveaxis(found, 1, -1), "np.moveaxis({}, 1, -1)"
    elif found.ndim == 3 and found.shape[2] == 3:
        laid, way = found[None], "{}[None]"
    if found.dtype.kind not in "bfiu" or not _are_images(np.broadcast_to(np.uint8(0), laid.shape)):
        return ""
    if found.dtype == np.uint8:
        return way.format("x")
    least, most = found.min(), found.max()
    if found.dtype.kind in "bf" and least >= 0 and most <= 1:
        return way.format("(255 * x).astype('uint8')")
    return way.format("x.astype('uint8')") if least >= 0 and most <= 255 else ""


def _array(values: Any, what: str) -> np.ndarray:
    if np.ma.is_masked(values):
        raise DataError(
            f"{what} has values that are masked: fill them in (filled), or leave their rows out"
        )
    if isinstance(values, pd.DataFrame):
        return numbers_in(values, what)
    try:
        return np.asarray(values)
    except (ValueError, TypeError, RuntimeError) as error:  # ragged lists, tensors with gradients
        raise DataError(f"{what} is no array ({str(error)[:80]}): give one") from error


def _finite(found: np.ndarray, what: str) -> np.ndarray:
    numbers = found.astype(np.float64)
    with np.errstate(over="ignore"):
        finite = np.isfinite(numbers.astype(np.float32))
    if finite.all():
        return numbers
    wrong, why, way = ~np.isfinite(numbers), "no finite number", "fill it in"
    if not wrong.any():
        wrong, why, way = ~finite, "too large for float32", "scale its column"
    one = "1 value that is" if wrong.sum() == 1 else f"{wrong.sum()} values that are"
    raise DataError(f"{what} has {one} {why}: {way}, or leave its row out")


def shown(array: np.ndarray) -> str:
    """Return the type and the shape of an array as they are written."""
    return f"{array.dtype}[{', '.join(map(str, array.shape))}]"
