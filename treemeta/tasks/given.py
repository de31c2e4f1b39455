"""Arrays that a program gives: images, rows of numbers, and numbers to tell."""

from typing import Any

import numpy as np
import pandas as pd

from treemeta.errors import DataError, some_of

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
    if found.dtype != np.uint8 or found.ndim not in (3, 4):
        raise DataError(
            f"{what} is {shown(found)}: give images, uint8[n, side, side] or "
            "uint8[n, side, side, 3], or rows of numbers, [n, features]"
        )
    square = found.shape[1] == found.shape[2] and found.shape[3:] in ((), (3,))
    if not square or not SIDES[0] <= found.shape[1] <= SIDES[1]:
        raise DataError(
            f"{what} is {shown(found)}: images are square, of {SIDES[0]} to {SIDES[1]} pixels a "
            "side, grey or in 3 colours: cut or scale them"
        )
    return found


def as_numbers(values: Any, count: int, what: str) -> np.ndarray:
    """Return as many numbers as there are inputs, ``float64[n]``; raise ``DataError`` for others,
    calling them ``what``."""
    found = _array(values, what)
    if found.shape != (count,) or found.dtype.kind not in "fiu":
        raise DataError(
            f"{what} is {shown(found)}, and there are {count} inputs: give a number for each"
        )
    return _finite(found, what)


def names_of(values: Any) -> tuple[str, ...]:
    """Return what the columns of a pandas table are called, if they are called anything."""
    if not isinstance(values, pd.DataFrame) or isinstance(values.columns, pd.RangeIndex):
        return ()
    return tuple(map(str, values.columns))


def in_order(values: Any, names: tuple[str, ...], what: str) -> Any:
    """Return a pandas table with its columns in the order of names; all else as it is. Raises
    ``DataError`` where it has others."""
    found = names_of(values)
    if not found or not names:
        return values
    if sorted(found) != sorted(names):
        raise DataError(
            f"{what} has the columns {some_of(sorted(found))}, and not {some_of(sorted(names))}: "
            "give these"
        )
    return values.set_axis(list(found), axis=1)[list(names)]


def _array(values: Any, what: str) -> np.ndarray:
    try:
        return np.asarray(values)
    except (ValueError, TypeError, RuntimeError) as error:  # ragged lists, tensors with gradients
        raise DataError(f"{what} is no array ({str(error)[:80]}): give one") from error


def _finite(found: np.ndarray, what: str) -> np.ndarray:
    numbers = found.astype(np.float64)
    with np.errstate(over="ignore"):
        finite = np.isfinite(numbers.astype(np.float32))
    if wrong := int((~finite).sum()):
        raise DataError(
            f"{what} has {wrong} {'values that are' if wrong > 1 else 'value that is'} no finite "
            "number: fill it in, or leave its row out"
        )
    return numbers


def shown(array: np.ndarray) -> str:
    """Return the type and the shape of an array as they are written."""
    return f"{array.dtype}[{', '.join(map(str, array.shape))}]"
