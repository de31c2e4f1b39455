"""The columns of a csv, parquet or npz file, each of a name of its own."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from zipfile import is_zipfile

import numpy as np
import pandas as pd

from treemeta.errors import DataError, unreadable, way_beside


def frame_of(path: Path) -> pd.DataFrame:
    """Return the columns of a file: text where it is text, as nothing is guessed of a csv."""
    try:
        match path.suffix.lower():
            case ".csv":
                # With a header, pandas renames a column of a name that was there, and takes the
                # first column for an index where the header is one short.
                read = pd.read_csv(path, dtype=str, keep_default_na=False, header=None)
                frame = read[1:].set_axis(read.iloc[0].str.strip(), axis=1)
            case ".parquet":
                frame = pd.read_parquet(path)
            case _:
                if path.is_file() and not is_zipfile(path):
                    raise ValueError("it is no archive of numpy's")
                with np.load(path, allow_pickle=False) as arrays:
                    frame = _unstacked({name: arrays[name] for name in arrays.files})
    except (FileNotFoundError, IsADirectoryError) as error:
        raise unopened(path, error) from error
    except pd.errors.EmptyDataError as error:
        raise DataError(
            f"table {str(path)!r} is empty: it needs a header, and a row for each example"
        ) from error
    except Exception as error:  # parsers raise what they like
        raise unreadable(path, error) or DataError(
            f"table {str(path)!r} cannot be read as {path.suffix[1:]} ({_brief(error)}): "
            "write it again"
        ) from error
    frame = frame.set_axis([str(name) for name in frame.columns], axis=1).reset_index(drop=True)
    check_names(tuple(frame.columns), path)
    return frame


def unopened(path: Path, error: OSError) -> DataError:
    """Return what a user is told of a file that cannot be opened."""
    way = way_beside(path, "name another, or a folder")
    return DataError(f"table {str(path)!r} cannot be read ({error.strerror}): {way}")


def check_names(columns: Sequence[str], path: Path) -> None:
    """Raise ``DataError`` unless every column has a name of its own."""
    if "" in columns:
        raise DataError(
            f"column {columns.index('') + 1} of table {path} has no name: give it one, or leave it "
            "out (pandas: to_csv(..., index=False))"
        )
    if twice := [name for name, times in Counter(columns).items() if times > 1]:
        raise DataError(f"table {path} has two columns {twice[0]!r:.60}: rename one")


def _unstacked(arrays: dict[str, np.ndarray]) -> pd.DataFrame:
    """Return a column for each array ``[n]``, and as many for one ``[n, features]``."""
    names, columns = [], []
    for name, array in arrays.items():
        parts = [array] if array.ndim == 1 else list(array.T)
        names += [name] if array.ndim == 1 else [f"{name}{i}" for i in range(len(parts))]
        columns += parts
    return pd.DataFrame(dict(enumerate(columns))).set_axis(names, axis=1)


def _brief(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:120]
