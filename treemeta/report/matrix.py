"""Similarity matrices as files: csv, json and a heat map in the order of its dendrogram."""

import warnings
from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform

from treemeta.errors import DataError
from treemeta.report.text import printable
from treemeta.store.documents import json_text

FORMATS = ("csv", "json", "png", "svg")


def export_matrix(matrix: pd.DataFrame, about: dict[str, Any], kind: str) -> bytes:
    """Return a similarity matrix in one of ``FORMATS``; ``about`` is what json says beside it."""
    if kind == "csv":
        return matrix.to_csv().encode()
    if kind == "json":
        return matrix_json(matrix, about).encode()
    return heat_map(matrix, str(about["measure"]), kind)


def matrix_json(matrix: pd.DataFrame, about: dict[str, Any]) -> str:
    """Return ``about`` with ``tasks`` and ``matrix`` as json."""
    whole = about | {"tasks": list(matrix.index), "matrix": matrix.to_numpy().tolist()}
    order = ("tree", "node", "measure", "tasks", "matrix", "reliability", "episodes")
    return json_text({key: whole[key] for key in order})


def dendrogram_linkage(matrix: pd.DataFrame) -> np.ndarray:
    """Return the average linkage of a similarity matrix, as scipy's ``linkage``."""
    values = matrix.to_numpy(dtype=float)
    distances = values.max() - (values + values.T) / 2
    np.fill_diagonal(distances, 0)
    return np.asarray(linkage(squareform(distances, checks=False), "average"))


def heat_map(matrix: pd.DataFrame, measure: str, kind: str) -> bytes:
    """Draw the matrix in the order of its dendrogram, the dendrogram above it.

    Raises ``DataError`` for a matrix of fewer than two tasks or of what is no number.
    """
    if len(matrix) < 2:
        raise DataError(f"{len(matrix)} task is too few for a heat map: export csv or json")
    if not np.isfinite(matrix.to_numpy(dtype=float)).all():
        raise DataError("similarity is undefined for some tasks: export csv or json")
    with warnings.catch_warnings():
        # Letters that the font lacks, and a dendrogram of tasks that are all alike.
        warnings.simplefilter("ignore", UserWarning)
        return _draw(matrix, measure, kind)


def _draw(matrix: pd.DataFrame, measure: str, kind: str) -> bytes:
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "treemeta"
    import matplotlib.pyplot as plt
    from scipy.cluster.hierarchy import dendrogram

    links = dendrogram_linkage(matrix)
    order = leaves_list(links)
    values = matrix.to_numpy(dtype=float)[np.ix_(order, order)]
    size = 3 + 0.17 * len(matrix)
    figure, (top, main) = plt.subplots(
        2, 1, figsize=(size + 1, size + 1), height_ratios=[1, 6], layout="constrained"
    )
    dendrogram(links, ax=top, no_labels=True, color_threshold=0, above_threshold_color="#4477aa")
    top.axis("off")
    reach = max(float(np.abs(values[~np.eye(len(values), dtype=bool)]).max()), 1e-9)
    image = main.imshow(values, cmap="PuOr_r", vmin=-reach, vmax=reach, aspect="auto")
    names = [printable(name) for name in matrix.index[order]]
    main.set_xticks(range(len(names)), names, rotation=90, fontsize=7, parse_math=False)
    main.set_yticks(range(len(names)), names, fontsize=7, parse_math=False)
    figure.colorbar(image, ax=main, label=f"similarity ({measure})", shrink=0.6)
    page = BytesIO()
    figure.savefig(page, format=kind, dpi=150, metadata={"Date": None} if kind == "svg" else None)
    plt.close(figure)
    return page.getvalue()
