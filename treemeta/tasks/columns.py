"""The columns of a table that are numbers: its features, and what is to be told."""

from pathlib import Path

import numpy as np
import pandas as pd

from treemeta.errors import DataError
from treemeta.tasks.frame import check_names

ABOUT = ("task", "class", "target", "role", "family")  # what is no feature
LISTS = (list, tuple, np.ndarray)


def check_features(frame: pd.DataFrame, path: Path) -> None:
    """Raise ``DataError`` unless a table has features, and rows."""
    if not feature_names(frame):
        columns = ", ".join(map(str, frame.columns))
        raise DataError(f"table {path} has no column besides {columns}: add features")
    if frame.empty:
        raise DataError(f"table {path} has no rows: add some")


def feature_names(frame: pd.DataFrame) -> list[str]:
    """Return the columns of a table that are features."""
    return [name for name in frame.columns if name not in ABOUT]


def features_of(frame: pd.DataFrame, path: Path) -> tuple[tuple[str, ...], np.ndarray]:
    """Return the features' names and ``float64[n, features]``, in the order of the columns; one of
    lists is as many."""
    parts = []
    for name in feature_names(frame):
        column = frame[name]
        if column.dtype == object and isinstance(column.iloc[0], LISTS):
            lengths = {len(one) if hasattr(one, "__len__") else 0 for one in column}
            if len(lengths) > 1:
                raise DataError(
                    f"column {name!r} of table {path} has lists of {min(lengths)} to "
                    f"{max(lengths)} numbers: make them equally long"
                )
            wide = pd.DataFrame(column.tolist())
            parts.append(wide.set_axis([f"{name}[{i}]" for i in wide], axis=1))
        else:
            parts.append(frame[[name]])
    columns = pd.concat(parts, axis=1)
    names = tuple(columns.columns)
    check_names(names, path)
    return names, numbers_of(columns, path)


def numbers_of(columns: pd.DataFrame, path: Path) -> np.ndarray:
    """Return columns as ``float64[n, columns]``; raises ``DataError`` for what is no finite number,
    as float32 has them, naming the first."""
    for name, column in columns.items():
        if column.dtype.kind in "mMc" or isinstance(column.dtype, pd.PeriodDtype):
            kind = "complex numbers" if column.dtype.kind == "c" else "dates or times"
            raise DataError(
                f"column {str(name)!r} of table {path} has {kind}: give plain numbers, such as "
                "days since the first"
            )
    numbers = columns.apply(pd.to_numeric, errors="coerce").to_numpy(np.float64)
    with np.errstate(over="ignore"):
        finite = np.isfinite(numbers.astype(np.float32))
    if (wrong := np.argwhere(~finite)).size:
        row, column = wrong[0]
        many = f", the first of {len(wrong)} such" if len(wrong) > 1 else ""
        raise DataError(
            f"column {str(columns.columns[column])!r} of table {path} has "
            f"{str(columns.iat[row, column])!r:.60} in row {row + 1}, which is no finite number"
            f"{many}: fill it in, or leave its row out"
        )
    return numbers
