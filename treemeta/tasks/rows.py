"""What a tree of rows is asked: tables, in the units of the data that the tree was grown on."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from treemeta.errors import DataError
from treemeta.tasks.cache import Pack
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.support import Labelled, Queries, labelled
from treemeta.tasks.table import (
    check_columns,
    check_features,
    feature_names,
    features_of,
    frame_of,
    numbers_of,
    read_table,
)
from treemeta.tasks.units import Units


@dataclass(frozen=True)
class Like:
    """What rows must be for a tree: of so many features as its ``units`` have, and told apart by
    ``numbers`` or by classes."""

    units: Units
    numbers: bool


def like(dataset: Dataset) -> Like:
    """Return what new rows must be like for a tree that was grown on a data set of rows."""
    assert dataset.units is not None
    return Like(dataset.units, dataset.targets is not None)


def read_new(path: Path, wanted: Like) -> Pack:
    """Read a table of new tasks, to be packed in the units that are wanted; raises ``DataError``
    for one that is not as wanted."""
    pack = read_table(path)
    _check_told(path, bool(pack.targets), wanted)
    _check_width(path, pack.classes[0][2].shape[1], wanted)
    return replace(pack, units=wanted.units)


def read_support_rows(path: Path, wanted: Like) -> tuple[Labelled, list[str]]:
    """Read a table of one task, with the column ``class`` or ``target``, as a support. Return
    beside it what its features are called, which is what those of its queries are to be; raises
    ``DataError`` for one that is not as wanted."""
    frame = frame_of(path)
    check_columns(frame, path, of_tasks=False)
    _check_told(path, "target" in frame, wanted)
    if "task" in frame and (tasks := frame["task"].nunique()) > 1:
        raise DataError(f"support {path} has rows of {tasks} tasks: give those of one")
    inputs, names = torch.from_numpy(_rows_of(frame, path, wanted)), feature_names(frame)
    if not wanted.numbers:
        return labelled(inputs, frame["class"].astype(str).tolist()), names
    told = wanted.units.targets(numbers_of(frame[["target"]], path)[:, 0])
    return Labelled((), inputs, torch.from_numpy(told)), names


def read_query_rows(path: Path, wanted: Like, shown: list[str]) -> Queries:
    """Read a table as queries, which are called by their number, from 1: its features are those
    that the support has ``shown``; what else it says of its rows is not looked at."""
    frame = frame_of(path)
    check_features(frame, path)
    if (names := feature_names(frame)) != shown:
        raise DataError(
            f"the features of table {path} are {_listed(names)}, and those of the support are "
            f"{_listed(shown)}: give the same in the same order"
        )
    inputs = torch.from_numpy(_rows_of(frame, path, wanted))
    return Queries(range(1, len(inputs) + 1), inputs)


def _rows_of(frame: pd.DataFrame, path: Path, wanted: Like) -> np.ndarray:
    rows = features_of(frame, path)
    _check_width(path, rows.shape[1], wanted)
    return wanted.units.rows(rows)


def _check_width(path: Path, features: int, wanted: Like) -> None:
    if features != (known := len(wanted.units.means)):
        raise DataError(
            f"table {path} has {features} features, and the rows that the tree was grown on have "
            f"{known}: give these, in the same order"
        )


def _check_told(path: Path, numbers: bool, wanted: Like) -> None:
    if numbers != wanted.numbers:
        has, takes = ("target", "class") if numbers else ("class", "target")
        tells = "numbers" if wanted.numbers else "classes"
        raise DataError(
            f"table {path} has the column {has}, and the tree tells {tells}: give it the column "
            f"{takes}"
        )


def _listed(names: list[str]) -> str:
    return repr(", ".join(map(str, names))[:120])
