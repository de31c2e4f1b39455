"""Similarity matrices read from files, as anybody reads them."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from treemeta.measures.similarity import named
from treemeta.report.cells import plain


def _read_csv(path: Path) -> pd.DataFrame:
    with path.open(newline="", encoding="utf-8") as file:
        (_, *columns), *rows = csv.reader(file)
    values = [[float(value) if value else np.nan for value in row[1:]] for row in rows]
    index = [plain(row[0]) for row in rows]
    return pd.DataFrame(values, index=index, columns=[plain(name) for name in columns])


def _read_npz(path: Path) -> pd.DataFrame:
    with np.load(path, allow_pickle=False) as arrays:
        return named(arrays["matrix"], arrays["tasks"].tolist())


def _read_json(path: Path) -> pd.DataFrame:
    document = json.loads(path.read_text(encoding="utf-8"))
    return named(np.array(document["matrix"], dtype=float), document["tasks"])


READ: dict[str, Callable[[Path], pd.DataFrame]] = {
    ".csv": _read_csv,
    ".parquet": pd.read_parquet,
    ".npz": _read_npz,
    ".json": _read_json,
}


def read_matrix(path: Path) -> pd.DataFrame:
    """Return the matrix in a file."""
    return READ[path.suffix](path)
