"""What a tree of rows is asked: tables, in the units of the data that the tree was grown on."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from treemeta.errors import DataError
from treemeta.tasks.columns import check_features, features_of, numbers_of
from treemeta.tasks.frame import frame_of
from treemeta.tasks.like import Like, check_told, order_of
from treemeta.tasks.support import Labelled, Queries, labelled
from treemeta.tasks.table import check_columns, trimmed


def read_support_rows(path: Path, wanted: Like) -> tuple[Labelled, Like]:
    """Read a table of one task, with the column ``class`` or ``target``, as a support. Return
    beside it what its queries must be like: their features are called as its own; raises
    ``DataError`` for one that is not as wanted."""
    frame = trimmed(frame_of(path))
    check_columns(frame, path, of_tasks=False)
    check_told(path, "target" in frame, wanted)
    if "task" in frame and (tasks := frame["task"].nunique()) > 1:
        raise DataError(f"support {path} has rows of {tasks} tasks: give those of one")
    names, rows = features_of(frame, path)
    inputs = _inputs(names, rows, path, wanted)
    queries = replace(wanted, units=replace(wanted.units, names=wanted.units.names or names))
    if not wanted.numbers:
        return labelled(inputs, frame["class"].astype(str).tolist()), queries
    told = wanted.units.targets(numbers_of(frame[["target"]], path)[:, 0])
    return Labelled((), inputs, torch.from_numpy(told)), queries


def read_query_rows(path: Path, wanted: Like) -> Queries:
    """Read a table as queries, which are called by their number, from 1; what else it says of its
    rows is not looked at."""
    frame = frame_of(path)
    check_features(frame, path)
    inputs = _inputs(*features_of(frame, path), path, wanted)
    return Queries(range(1, len(inputs) + 1), inputs)


def _inputs(names: Sequence[str], rows: np.ndarray, path: Path, wanted: Like) -> Tensor:
    return torch.from_numpy(wanted.units.rows(rows[:, order_of(names, path, wanted)]))
