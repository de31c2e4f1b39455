"""A table of rows: each belongs to a task, and is told apart by a class or by a number.

The columns ``task`` and ``class`` or ``target``, beside which ``role`` (train or test) and
``family`` may stand, are what they are called; every other column is a feature.
"""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from treemeta.errors import DataError
from treemeta.store.tensors import file_sha256
from treemeta.tasks.cache import Pack
from treemeta.tasks.columns import ABOUT, LISTS, check_features, features_of, numbers_of
from treemeta.tasks.dataset import ROLES
from treemeta.tasks.frame import frame_of, unopened
from treemeta.tasks.functions import POINTS
from treemeta.tasks.roles import hold_out

# Of what is made of a table: since 2 its features have names, since 3 they are scaled in float64.
VERSION = 3


def digest_of(path: Path) -> str:
    """Return the sha256 of a table's file; raises ``DataError`` where there is none."""
    try:
        return file_sha256(path)
    except OSError as error:
        raise unopened(path, error) from error
    except ValueError as error:  # a null byte
        raise DataError(f"there is no table {str(path)!r}: name another") from error


def read_table(path: Path) -> Pack:
    """Read a table from a csv, parquet or npz file."""
    frame = trimmed(frame_of(path))
    check_columns(frame, path)
    kind = "class" if "class" in frame else "target"
    features, rows = features_of(frame, path)
    names = frame["task"].to_numpy(str)
    pack = Pack([], *_about_tasks(frame, path), features=features)
    if kind == "class":
        _check_once(frame, path)
        labels = frame["class"].to_numpy(str)
        for task, label in sorted(set(zip(names.tolist(), labels.tolist(), strict=True))):
            pack.classes.append((task, label, rows[(names == task) & (labels == label)]))
        return pack
    numbers = numbers_of(frame[["target"]], path)[:, 0]
    for task in sorted(pack.roles):
        pack.classes.append((task, POINTS, rows[names == task]))
        pack.targets[task, POINTS] = numbers[names == task]
    return pack


def trimmed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose names have no space around them, as its header has none: a task that is
    spelt in two ways would be two, one of them held out. Where there is no name it is empty."""
    names = [name for name in ("task", "class", "role", "family") if name in frame]
    return frame.assign(
        **{name: frame[name].astype("string").fillna("").str.strip() for name in names}
    )


def read_to_train(path: Path) -> Pack:
    """Read a table that a tree is to be grown on: its targets differ, and it tells which of its
    features do not."""
    pack = read_table(path)
    if pack.targets and np.ptp(numbers := np.concatenate([*pack.targets.values()])) == 0:
        raise DataError(
            f"column 'target' of table {path} is {numbers[0]:g} in every row: there is nothing to "
            "learn, give numbers that differ"
        )
    return remarked(pack)


def remarked(pack: Pack) -> Pack:
    """Return a pack of rows that tells which of its features, if any, are the same in all; they are
    called by their numbers where they have no names."""
    spreads = np.ptp(np.concatenate([one for _, _, one in pack.classes]), axis=0)
    names = pack.features or range(len(spreads))
    same = [name for name, spread in zip(names, spreads, strict=True) if spread == 0]
    if not same:
        return pack
    named = ", ".join(map(repr, same[:3])) + (", ..." if len(same) > 3 else "")
    told = f"{len(same)} of {len(names)} features are the same in every row: {named}"
    return replace(pack, told=(told,))


def check_columns(frame: pd.DataFrame, path: Path, of_tasks: bool = True) -> None:
    """Raise ``DataError`` unless a ``trimmed`` table, of many tasks or of one, has the columns it
    must have."""
    columns = [str(name) for name in frame.columns]
    if (of_tasks and "task" not in columns) or ("class" in columns) == ("target" in columns):
        raise DataError(
            f"table {path} has the columns {', '.join(columns)[:200]!r}: it takes "
            f"{'task, and ' if of_tasks else ''}either class or target{_slip(columns)}"
        )
    for name in {"task", "class"} & set(columns):
        if (unnamed := frame[name] == "").any():
            row = int(unnamed.to_numpy().argmax()) + 1
            raise DataError(
                f"column {name!r} of table {path} has no name in row {row}: fill it in, or leave "
                "the row out"
            )
    check_features(frame, path)


def _slip(columns: list[str]) -> str:
    """Return what may be wrong with a header that has not what it must have."""
    if len(columns) == 1 and re.search("[;\t|]", columns[0]):
        return ", with commas between the columns"
    if strange := [name for name in columns if name != name.lower() and name.lower() in ABOUT]:
        return f", so write {strange[0]!r} in small letters"
    return ""


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
    whole = frame.map(lambda one: tuple(one) if isinstance(one, LISTS) else one)
    if (again := whole.duplicated()).any():
        row = int(np.flatnonzero(again)[0]) + 1
        raise DataError(
            f"row {row} of table {path} has stood there before, and {int(again.sum())} rows in all "
            "have: leave them out"
        )
