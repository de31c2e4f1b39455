"""Similarity matrices as heat maps in the order of their dendrograms."""

import warnings
from collections.abc import Mapping
from io import BytesIO

import numpy as np

from treemeta.errors import DataError
from treemeta.measures.matrix import Similarity, dendrogram_linkage
from treemeta.report.text import printable


def heat_map(similarity: Similarity, families: Mapping[str, str], kind: str) -> bytes:
    """Draw the matrix in the order of its dendrogram, the dendrogram above it.

    Raises ``DataError`` for a matrix of fewer than two tasks or of what is no number.
    """
    if len(similarity.tasks) < 2:
        raise DataError(
            f"{len(similarity.tasks)} task is too few for a heat map: export csv or json"
        )
    if not np.isfinite(similarity.matrix.to_numpy(dtype=float)).all():
        raise DataError("similarity is undefined for some tasks: export csv or json")
    with warnings.catch_warnings():
        # Letters that the font lacks, and a dendrogram of tasks that are all alike.
        warnings.simplefilter("ignore", UserWarning)
        return _draw(similarity, families, kind)


def _draw(similarity: Similarity, families: Mapping[str, str], kind: str) -> bytes:
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "treemeta"
    import matplotlib.pyplot as plt
    from scipy.cluster.hierarchy import dendrogram, leaves_list

    links = dendrogram_linkage(similarity)
    order = leaves_list(links)
    values = similarity.closeness()[np.ix_(order, order)]
    size = 3 + 0.17 * len(similarity.tasks)
    figure, (top, main) = plt.subplots(
        2, 1, figsize=(size + 1, size + 1), height_ratios=[1, 6], layout="constrained"
    )
    dendrogram(links, ax=top, no_labels=True, color_threshold=0, above_threshold_color="#4477aa")
    top.axis("off")
    reach = max(float(np.abs(values[~np.eye(len(values), dtype=bool)]).max()), 1e-9)
    image = main.imshow(values, cmap="PuOr_r", vmin=-reach, vmax=reach, aspect="auto")
    names = [printable(name) for name in np.array(similarity.tasks)[order]]
    main.set_xticks(range(len(names)), names, rotation=90, fontsize=7, parse_math=False)
    main.set_yticks(range(len(names)), names, fontsize=7, parse_math=False)
    figure.colorbar(image, ax=main, label=f"{similarity.kind} ({similarity.measure})", shrink=0.6)
    page = BytesIO()
    figure.savefig(page, format=kind, dpi=150, metadata={"Date": None} if kind == "svg" else None)
    plt.close(figure)
    return page.getvalue()
