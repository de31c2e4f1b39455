"""``treemeta clusters``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from treemeta.cli.measuring import Layers, MaxEpisodes, Node, TargetReliability, Tasks, Transform
from treemeta.cli.options import Device, EngineKind, Json, Tracking, TreeArgument, Workers, tracking

if TYPE_CHECKING:
    from treemeta.analysis.clusters import Agreement
    from treemeta.measures.similarity import Similarity
    from treemeta.measures.subject import Subject
    from treemeta.tasks.truth import Truth

NAMED = 3  # rows of a truth that match nothing

Truths = Annotated[
    str, typer.Option("--truth", help="builtin, or a csv file with columns task and family.")
]
Level = Annotated[str, typer.Option(help="family or subfamily.")]
Export = Annotated[
    Path | None,
    typer.Option(help="Write the tables as .csv or .json, or a tanglegram as .svg or .png."),
]


def clusters(
    tree: TreeArgument = "latest",
    truth: Truths = "builtin",
    level: Level = "family",
    node: Node = "r",
    tasks: Tasks = "train",
    transform: Transform = "",
    target_reliability: TargetReliability = 0.95,
    max_episodes: MaxEpisodes = 480,
    layers: Layers = "",
    export: Export = None,
    tracking_uri: Tracking = None,
    workers: Workers = None,
    device: Device = "cpu",
    engine: EngineKind = "local",
    as_json: Json = False,
) -> None:
    """Tell the groups of a tree: how tight they are, which tasks are typical, which fit worst.

    Where true families are known, the tree, the directions and trivial baselines are held against
    them: every score stands with its p-value from permutations of the truth. Directions, pixels and
    nuisance statistics are cut into as many clusters as the tree has, and as there are families.
    """
    from treemeta.cli.output import put
    from treemeta.errors import ConfigError, way_out
    from treemeta.report.exports import CLUSTERS, clusters_beside, export_clusters
    from treemeta.report.files import kind_of
    from treemeta.tasks.truth import LEVELS

    if level not in LEVELS:
        raise ConfigError(f"--level is {level!r}: {way_out(level, LEVELS)}")
    kind = kind_of(export, CLUSTERS) if export else ""
    from treemeta.analysis.groups import grouping_of
    from treemeta.cli.measuring import layer_names, measuring
    from treemeta.pages import learned

    with measuring(
        tree, node, tracking(tracking_uri), engine, workers, device, which=tasks,
        transform=transform, target=target_reliability, most=max_episodes,
        layers=layer_names(layers),
    ) as subject:  # fmt: skip
        readings = _readings(subject, truth)
        similarity = learned(subject)
        # Held-out tasks have no leaf.
        grouping = None if tasks == "test" else grouping_of(subject.tree, subject.node, similarity)
        agreements = _agreements(subject, similarity, readings, level, truth != "builtin")
    from treemeta.report.agreement_text import agreement_json
    from treemeta.report.figures.leaves import leaves_of
    from treemeta.report.groups_text import clusters_text, groups_dict
    from treemeta.report.thin import thinned

    about = {"tree": subject.tree.id, "node": node, "level": level}
    about |= groups_dict(grouping) if grouping else {}

    def exported() -> bytes:
        shown = thinned(similarity, leaves_of(subject.tree, similarity.tasks))
        return export_clusters(agreements, grouping, about, (shown, readings, level), kind)

    put(
        exported, export,
        lambda: clusters_text(grouping, agreements, subject.tree.is_consensus),
        lambda: agreement_json(agreements, about), as_json,
        lambda: clusters_beside(agreements, grouping, kind),
    )  # fmt: skip


def _readings(subject: "Subject", truth: str) -> "tuple[Truth, ...]":
    """Return the readings of the truth that is named; of the builtin none where nothing is known,
    unless nothing else can be told of the tasks."""
    from treemeta.cli.progress import say
    from treemeta.pages import truths_of
    from treemeta.tasks.truth import builtin_truths, read_truth

    if truth == "builtin":
        held_out = subject.which == "test"
        return builtin_truths(subject.dataset) if held_out else truths_of(subject)
    read = read_truth(Path(truth))
    if strangers := [task for task in read.families if task not in subject.dataset.tasks]:
        names = ", ".join(repr(task) for task in strangers[:NAMED])
        more = ", ..." if len(strangers) > NAMED else ""
        say(
            f"--truth {truth}: {len(strangers)} of {len(read.families)} rows match no task of tree "
            f"{subject.tree.id[:8]}: {names}{more}"
        )
    return (read,)


def _agreements(
    subject: "Subject", similarity: "Similarity", readings: "tuple[Truth, ...]", level: str,
    told: bool,
) -> "list[Agreement]":  # fmt: skip
    """Return what is held against the truth; nothing where the builtin one, that nobody ``told``,
    knows too few of the tasks."""
    from treemeta.cli.progress import say
    from treemeta.errors import DataError
    from treemeta.pages import agreements_of

    try:
        return agreements_of(subject, similarity, readings, level)
    except DataError as error:
        if told or subject.which == "test":
            raise
        say(f"held against no truth: {error}")
        return []
