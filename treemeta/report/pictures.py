"""Every way of writing a similarity to a file, by the names that ``treemeta similarity`` takes."""

from collections.abc import Mapping
from typing import Any

from treemeta.measures.similarity import Similarity
from treemeta.report.matrix import WRITTEN

DRAWN = ("png", "svg")
FORMATS = (*WRITTEN, *DRAWN)
VALIDATED = ("csv", "json", *DRAWN)  # what a validation is written as
PICTURES = ("heatmap", "dendrogram", "map")


def export_similarity(
    similarity: Similarity,
    about: Mapping[str, Any],
    families: Mapping[str, str],
    kind: str,
    picture: str,
) -> bytes:
    """Return a similarity in one of ``FORMATS``, drawn as one of ``PICTURES`` where it is drawn;
    ``about`` is what json says beside it, ``families`` what is known of the tasks."""
    if kind in WRITTEN:
        return WRITTEN[kind](similarity, about)
    if picture == "heatmap":
        from treemeta.report.figures.heatmap import heat_map

        return heat_map(similarity, families, kind)
    if picture == "dendrogram":
        from treemeta.report.figures.dendrogram import dendrogram

        return dendrogram(similarity, families, kind)
    from treemeta.report.figures.map import task_map

    return task_map(similarity, families, kind)
