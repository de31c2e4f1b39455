"""What a tree of rows is asked: tables, in the units of the data that the tree was grown on."""

from pathlib import Path

import numpy as np
import pandas as pd
import torch

from treemeta.errors import DataError
from treemeta.tasks.like import Like, check_told, check_width
from treemeta.tasks.support import Labelled, Queries, labelled
from treemeta.tasks.table import (
    check_columns,
    check_features,
    feature_names,
    features_of,
    frame_of,
    numbers_of,
)


def read_support_rows(path: Path, wanted: Like) -> tuple[Labelled, list[str]]:
    """Read a table of one task, with the column ``class`` or ``target``, as a support. Return
    beside it what its features are called, which is what those of its queries are to be; raises
    ``DataError`` for one that is not as wanted."""
    frame = frame_of(path)
    check_columns(frame, path, of_tasks=False)
    check_told(path, "target" in frame, wanted)
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
    check_width(path, rows.shape[1], wanted)
    return wanted.units.rows(rows)


def _listed(names: list[str]) -> str:
    return repr(", ".join(map(str, names))[:120])
