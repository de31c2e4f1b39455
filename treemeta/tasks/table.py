"""A table of rows: each belongs to a task, and is told apart by a class or by a number.

The columns ``task`` and ``class`` or ``target``, beside which ``role`` (train or test) and
``family`` may stand, are what they are called; every other column is a feature.
"""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd

from treemeta.errors import DataError, unreadable
from treemeta.tasks.cache import Pack
from treemeta.tasks.dataset import ROLES
from treemeta.tasks.functions import POINTS
from treemeta.tasks.roles import hold_out

ABOUT = ("task", "class", "target", "role", "family")


def digest_of(path: Path) -> str:
    """Return the sha256 of a table's file; raises ``DataError`` where there is none."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DataError(
            f"table {str(path)!r} cannot be read ({error.strerror}): name another, or a folder"
        ) from error


def read_table(path: Path) -> Pack:
    """Read a table from a csv, parquet or npz file."""
    frame = frame_of(path)
    check_columns(frame, path)
    kind = "class" if "class" in frame else "target"
    rows = features_of(frame, path)
    names = frame["task"].to_numpy(str)
    pack = Pack([], *_about_tasks(frame, path))
    if kind == "class":
        _check_once(frame, path)
        labels = frame["class"].to_numpy(str)
        for task, label in sorted(set(zip(names.tolist(), labels.tolist(), strict=True))):
            pack.classes.append((task, label, rows[(names == task) & (labels == label)]))
        return pack
    told = numbers_of(frame[["target"]], path)[:, 0]
    for task in sorted(pack.roles):
        pack.classes.append((task, POINTS, rows[names == task]))
        pack.targets[task, POINTS] = told[names == task]
    return pack


def frame_of(path: Path) -> pd.DataFrame:
    """Return the columns of a file: text where it is text, as nothing is guessed of a csv."""
    try:
        match path.suffix.lower():
            case ".csv":
                return pd.read_csv(path, dtype=str, keep_default_na=False)
            case ".parquet":
                return pd.read_parquet(path)
            case _:
                with np.load(path, allow_pickle=False) as arrays:
                    return _unstacked({name: arrays[name] for name in arrays.files})
    except Exception as error:  # parsers raise what they like
        raise unreadable(path, error) or DataError(
            f"table {str(path)!r} cannot be read as {path.suffix[1:]} ({_brief(error)}): "
            "write it again"
        ) from error


def _unstacked(arrays: dict[str, np.ndarray]) -> pd.DataFrame:
    columns = {}
    for name, array in arrays.items():
        if array.ndim == 1:
            columns[name] = array
        else:
            columns |= {f"{name}{i}": column for i, column in enumerate(array.T)}
    return pd.DataFrame(columns)


def _brief(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:120]


def check_columns(frame: pd.DataFrame, path: Path, of_tasks: bool = True) -> None:
    """Raise ``DataError`` unless a table, of many tasks or of one, has the columns it must have."""
    columns = [str(name) for name in frame.columns]
    if (of_tasks and "task" not in columns) or ("class" in columns) == ("target" in columns):
        raise DataError(
            f"table {path} has the columns {', '.join(columns)[:200]!r}: it takes "
            f"{'task, and ' if of_tasks else ''}either class or target"
        )
    check_features(frame, path)


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


def features_of(frame: pd.DataFrame, path: Path) -> np.ndarray:
    """Return ``float32[n, features]``, in the order of the columns; one of lists is as many."""
    parts = []
    for name in feature_names(frame):
        column = frame[name]
        if column.dtype == object and isinstance(column.iloc[0], list | tuple | np.ndarray):
            lengths = {len(one) if hasattr(one, "__len__") else 0 for one in column}
            if len(lengths) > 1:
                raise DataError(
                    f"column {name!r} of table {path} has lists of {min(lengths)} to "
                    f"{max(lengths)} numbers: make them equally long"
                )
            parts.append(numbers_of(pd.DataFrame(column.tolist()).add_prefix(f"{name}["), path))
        else:
            parts.append(numbers_of(frame[[name]], path))
    return np.concatenate(parts, axis=1)


def numbers_of(columns: pd.DataFrame, path: Path) -> np.ndarray:
    """Return columns as ``float32[n, columns]``; raises ``DataError`` for what is no finite number,
    naming the first."""
    numbers = columns.apply(pd.to_numeric, errors="coerce").to_numpy(np.float32)
    if (wrong := np.argwhere(~np.isfinite(numbers))).size:
        row, column = wrong[0]
        raise DataError(
            f"column {str(columns.columns[column])!r} of table {path} has "
            f"{str(columns.iat[row, column])!r:.60} in row {row + 1}, and {len(wrong)} values in "
            "all that are no finite numbers: fill them in, or leave the rows out"
        )
    return numbers


def _about_tasks(
    frame: pd.DataFrame, path: Path
) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Return the role of every task, and its family where that is known."""
    names = sorted(set(frame["task"].astype(str)))
    roles = _of_tasks(frame, "role", path) if "role" in frame else hold_out(names)
    if wrong := sorted(set(roles.values()) - set(ROLES)):
        raise DataError(f"column role of table {path} has {wrong[0]!r:.60}: it takes train or test")
    families = _of_tasks(frame, "family", path) if "family" in frame else {}
    return roles, {task: (family,) for task, family in families.items() if family}


def _of_tasks(frame: pd.DataFrame, column: str, path: Path) -> dict[str, str]:
    known = frame[["task", column]].astype(str).drop_duplicates()
    if (twice := known["task"].duplicated()).any():
        raise DataError(
            f"column {column} of table {path} says two things of task "
            f"{known['task'][twice].iloc[0]!r:.60}: let it say one"
        )
    return dict(zip(known["task"], known[column], strict=True))


def _check_once(frame: pd.DataFrame, path: Path) -> None:
    """Raise where a row occurs twice: an episode could be asked what it has been shown."""
    whole = frame.map(lambda one: one if np.isscalar(one) else tuple(one))
    if (again := whole.duplicated()).any():
        row = int(np.flatnonzero(again)[0]) + 1
        raise DataError(
            f"row {row} of table {path} has stood there before, and {int(again.sum())} rows in all "
            "have: leave them out"
        )
