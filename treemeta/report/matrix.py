"""Similarity matrices as files that read back equal: csv, parquet, npz and json; and Newick."""

import csv
from collections.abc import Callable, Mapping
from io import BytesIO, StringIO
from typing import Any

import numpy as np
import pandas as pd

from treemeta.measures.similarity import Similarity
from treemeta.report.cells import cell
from treemeta.report.newick import linkage_newick
from treemeta.store.documents import json_text
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
