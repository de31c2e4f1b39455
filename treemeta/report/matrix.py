"""Similarity matrices as files that read back equal: csv, parquet, npz, json and Newick."""

import csv
from collections.abc import Callable, Mapping
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from treemeta.errors import DataError, unreadable
from treemeta.measures.similarity import Similarity, named
from treemeta.report.cells import cell, plain
from treemeta.report.newick import linkage_newick
from treemeta.store.documents import json_text, parse_json
from treemeta.tree.reliability import prices

About = Mapping[str, Any]


def matrix_dict(similarity: Similarity, about: About) -> dict[str, Any]:
    """Return everything that is known of a similarity, after what ``about`` says."""
    whole: dict[str, Any] = {
        **about,
        "measure": similarity.measure,
        "kind": similarity.kind,
        "directed": similarity.directed,
        "tasks": list(similarity.tasks),
        "matrix": _rows(similarity.matrix),
        "reliability": similarity.reliability,
        "episodes": similarity.episodes,
        "episodes_for": {
            str(goal): price
            for goal, price in prices(similarity.reliability, similarity.episodes).items()
        },
    }
    return whole | {name: _rows(table) for name, table in _tables(similarity).items()}


def matrix_json(similarity: Similarity, about: About) -> str:
    """Return everything that is known of a similarity as json, what is undefined as ``null``."""
    return json_text(matrix_dict(similarity, about))


def _tables(similarity: Similarity) -> dict[str, pd.DataFrame]:
    """Return the matrices beside the main one: ends of intervals, and parts."""
    ends = {"low": similarity.low, "high": similarity.high}
    return {k: table for k, table in ends.items() if table is not None} | similarity.parts


def _rows(table: pd.DataFrame) -> list[list[float]]:
    return table.to_numpy().tolist()


def _csv(similarity: Similarity, about: About) -> bytes:
    page = StringIO(newline="")
    table = csv.writer(page, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    names = [cell(task) for task in similarity.tasks]
    table.writerow(["", *names])
    for name, row in zip(names, _rows(similarity.matrix), strict=True):
        # What is undefined is an empty cell, as pandas and spreadsheets have it.
        table.writerow([name, *("" if value != value else value for value in row)])
    return page.getvalue().encode()


def _parquet(similarity: Similarity, about: About) -> bytes:
    page = BytesIO()
    similarity.matrix.to_parquet(page)
    return page.getvalue()


def _npz(similarity: Similarity, about: About) -> bytes:
    tables = {k: table.to_numpy() for k, table in _tables(similarity).items()}
    page = BytesIO()
    np.savez_compressed(
        page, allow_pickle=False, tasks=np.array(similarity.tasks, dtype=np.str_),
        matrix=similarity.matrix.to_numpy(), **tables,
    )  # fmt: skip
    return page.getvalue()


def _json(similarity: Similarity, about: About) -> bytes:
    return matrix_json(similarity, about).encode()


def _newick(similarity: Similarity, about: About) -> bytes:
    return linkage_newick(similarity).encode()


WRITTEN: dict[str, Callable[[Similarity, About], bytes]] = {
    "csv": _csv,
    "parquet": _parquet,
    "npz": _npz,
    "json": _json,
    "newick": _newick,
}


def read_matrix(path: Path) -> pd.DataFrame:
    """Return the matrix in a file that ``treemeta similarity --export`` wrote as csv, parquet, npz
    or json, with the bits that were written; raises ``DataError`` for anything else.

    In a csv, names that a spreadsheet would run begin with an apostrophe: see ``cells.plain``.
    """
    kind = path.suffix.lstrip(".").lower()
    if kind not in _READ:
        raise DataError(f"{str(path)!r} is no matrix: name a file {', '.join(_READ)}")
    try:
        table = _READ[kind](path)
        whole = list(table.index) == list(table.columns) and np.issubdtype(
            table.to_numpy().dtype, np.number
        )
    except Exception as error:  # parsers of damaged bytes raise what they like
        none = DataError(f"{str(path)!r} holds no similarity matrix: export it again")
        raise unreadable(path, error) or none from error
    if not whole:
        raise DataError(f"{str(path)!r} holds no similarity matrix: export it again")
    return table


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
    document = parse_json(path.read_text(encoding="utf-8"))
    return named(np.array(document["matrix"], dtype=float), document["tasks"])


_READ: dict[str, Callable[[Path], pd.DataFrame]] = {
    "csv": _read_csv,
    "parquet": pd.read_parquet,
    "npz": _read_npz,
    "json": _read_json,
}
