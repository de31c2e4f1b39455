"""Tables of pandas that a program gives, whose columns are found by their names."""

from collections import Counter
from typing import Any

import numpy as np
import pandas as pd

from treemeta.errors import DataError, some_of


def names_of(values: Any) -> tuple[str, ...]:
    """Return what the columns of a pandas table are called, if they are called anything."""
    if not isinstance(values, pd.DataFrame) or isinstance(values.columns, pd.RangeIndex):
        return ()
    return tuple(map(str, values.columns))


def in_order(values: Any, names: tuple[str, ...], what: str) -> Any:
    """Return a pandas table with its columns in the order of names; all else as it is. Raises
    ``DataError`` where it has others, calling it ``what``."""
    found = names_of(values)
    _check_once(found, what)
    if not found or not names:
        return values
    strange = [name for name in found if name not in names]
    missing = [name for name in names if name not in found]
    if strange and missing:
        raise DataError(
            f"{what} has the columns {some_of(strange)}, and not {some_of(missing)}: give them the "
            "same names"
        )
    if strange:
        raise DataError(
            f"{what} has the columns {some_of(strange)} beside those that others have: leave them "
            "out"
        )
    if missing:
        raise DataError(f"{what} lacks the columns {some_of(missing)}: add them")
    return values.set_axis(list(found), axis=1)[list(names)]


def numbers_in(table: pd.DataFrame, what: str) -> np.ndarray:
    """Return a table as ``float64[n, columns]``, not a number where a value is missing; raise
    ``DataError`` for a column that is no numbers, calling the table ``what``."""
    _check_once(names_of(table), what)
    for name, column in table.items():
        kind = column.dtype
        if not pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_complex_dtype(kind):
            raise DataError(
                f"column {str(name)!r:.60} of {what} is of type {kind}, which is no number: leave "
                "it out, or make numbers of it (astype(float))"
            )
    return table.to_numpy(np.float64, na_value=np.nan)


def _check_once(names: tuple[str, ...], what: str) -> None:
    if twice := [name for name, times in Counter(names).items() if times > 1]:
        raise DataError(f"{what} has two columns {twice[0]!r:.60}: rename one")
