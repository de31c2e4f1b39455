"""Results as files: every format of every kind of result, written or drawn."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from treemeta.errors import counted, printable
from treemeta.report.matrix import WRITTEN

if TYPE_CHECKING:
    from treemeta.analysis.clusters import Agreement
    from treemeta.analysis.comparison import Entry
    from treemeta.analysis.gains import Gains
    from treemeta.analysis.groups import Grouping
    from treemeta.analysis.validation import Validation
    from treemeta.measures.similarity import Similarity
    from treemeta.tasks.truth import Truth

DRAWN = ("svg", "png")
SIMILARITY = (*WRITTEN, *DRAWN)
CLUSTERS = GAINS = VALIDATION = ("csv", "json", *DRAWN)
COMPARISON = ("csv", "parquet", *DRAWN)
PICTURES = ("heatmap", "dendrogram", "map")  # of a similarity


def export_similarity(
    similarity: "Similarity",
    about: Mapping[str, Any],
    families: Mapping[str, str],
    kind: str,
    picture: str,
) -> bytes:
    """Return a similarity in one of ``SIMILARITY``, drawn as one of ``PICTURES`` where it is drawn;
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


def similarity_beside(similarity: "Similarity", kind: str) -> dict[str, bytes]:
    """Return what of a similarity has no room in a csv file of its matrix: the gains and the harm
    that transfer has measured."""
    if kind != "csv" or similarity.measure != "transfer":
        return {}
    from treemeta.report.donors_text import donors_csv

    return {"gains": donors_csv(similarity).encode()}


def export_validation(
    validation: "Validation", beside: "Sequence[Validation]", about: Mapping[str, Any], kind: str
) -> bytes:
    """Return a validation in one of ``VALIDATION``: its pairs as csv, all as json with those that
    it is held beside, or a scatter plot of all pairs."""
    from treemeta.report.cells import csv_text
    from treemeta.report.validation_text import validation_json

    if kind == "csv":
        return csv_text(validation.pairs).encode()
    if kind == "json":
        return validation_json(validation, about, beside).encode()
    from treemeta.report.figures.scatter import scatter

    return scatter(validation, kind)


def export_clusters(
    agreements: "Sequence[Agreement]",
    grouping: "Grouping | None",
    about: Mapping[str, Any],
    drawn: "tuple[Similarity, Sequence[Truth], str]",
    kind: str,
) -> bytes:
    """Return clusters in one of ``CLUSTERS``: as csv the agreements, or where there are none the
    groups; as json both, the groups being in ``about``.

    ``drawn`` are the similarity that a tanglegram ties to the truth, or else to the groups, the
    readings of the truth and their level.
    """
    if kind == "json":
        from treemeta.report.agreement_text import agreement_json

        return agreement_json(agreements, about).encode()
    if kind == "csv":
        from treemeta.report.agreement_text import agreement_csv
        from treemeta.report.groups_text import groups_csv

        return (
            agreement_csv(agreements) if agreements or grouping is None else groups_csv(grouping)
        ).encode()
    from treemeta.report.figures.leaves import against_groups
    from treemeta.report.figures.tanglegram import tanglegram

    similarity, truths, level = drawn
    if agreements or grouping is None:
        return tanglegram(similarity, truths[0].groups(level), truths[0].lineage, kind)
    return against_groups(similarity, grouping, kind)


def clusters_beside(
    agreements: "Sequence[Agreement]", grouping: "Grouping | None", kind: str
) -> dict[str, bytes]:
    """Return what of clusters has no room in a csv file of agreements: the groups."""
    if kind != "csv" or not agreements or not grouping:
        return {}
    from treemeta.report.groups_text import groups_csv

    return {"groups": groups_csv(grouping).encode()}


def export_gains(gains: "Gains", about: Mapping[str, Any], kind: str) -> bytes:
    """Return gains in one of ``GAINS``, drawn as a heat map where they are drawn."""
    from treemeta.report.gains_text import gains_csv, gains_json

    if kind == "csv":
        return gains_csv(gains).encode()
    if kind == "json":
        return gains_json(gains, about).encode()
    from treemeta.report.figures.gains import gains_map

    return gains_map(gains, kind)


def export_comparison(entries: "Sequence[Entry]", truth: Mapping[str, str], kind: str) -> bytes:
    """Return a comparison of arms in one of ``COMPARISON``: its table, or its curves drawn."""
    if kind in DRAWN:
        from treemeta.analysis.curves import curves_of, split_steps
        from treemeta.report.figures.comparison import model_comparison

        first, repeats = entries[0].tree, len({one.repeat for one in entries})
        about = f"{first.config['dataset']} · {counted(repeats, 'repeat')}"
        curves, splits = curves_of(entries), split_steps(entries)
        return model_comparison(curves, splits, kind, first.metric, printable(about))
    from treemeta.report.arms_table import arms_table
    from treemeta.report.cells import csv_text

    table = arms_table(entries, truth)
    if kind == "csv":
        return csv_text(table).encode()
    page = BytesIO()
    table.to_parquet(page, index=False)
    return page.getvalue()
