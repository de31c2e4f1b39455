"""``treemeta similarity``."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from treemeta.cli.measuring import Layers, MaxEpisodes, Node, TargetReliability, Tasks, Transform
from treemeta.cli.options import Device, EngineKind, Json, Tracking, TreeArgument, Workers, tracking
from treemeta.cli.similarity_options import (
    ColourBy,
    Corrected,
    Export,
    Measure,
    Picture,
    Task,
    Validate,
    exported_as,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from treemeta.measures.similarity import Similarity
    from treemeta.measures.subject import Subject

ALL = "add | less, or --export FILE.csv"  # how to see what a screen does not hold


def similarity(
    tree: TreeArgument = "latest",
    node: Node = "r",
    measure: Measure = "direction",
    tasks: Tasks = "train",
    task: Task = None,
    transform: Transform = "",
    target_reliability: TargetReliability = 0.95,
    max_episodes: MaxEpisodes = 480,
    layers: Layers = "",
    corrected: Corrected = False,
    validate: Validate = None,
    export: Export = None,
    picture: Picture = "heatmap",
    colour_by: ColourBy = None,
    tracking_uri: Tracking = None,
    workers: Workers = None,
    device: Device = "cpu",
    engine: EngineKind = "local",
    as_json: Json = False,
) -> None:
    """Tell how alike tasks are, by one of eight measures, and how sure that is.

    Direction similarities are cosines between independent halves of the episodes, so a task's
    similarity to itself is not 1: it is the ceiling that noise sets.
    """
    kind = exported_as(
        measure, task, layers, corrected, validate, export, picture, colour_by, as_json
    )

    from treemeta.cli.measuring import layer_names, measuring

    with measuring(
        tree, node, tracking(tracking_uri), engine, workers, device, which=tasks,
        transform=transform, target=target_reliability, most=max_episodes,
        layers=layer_names(layers), corrected=corrected,
    ) as subject:  # fmt: skip
        if validate:
            _tell_validation(subject, measure, export, kind, as_json)
        elif task is not None:
            _tell_neighbours(subject, measure, task)
        else:
            _tell_similarity(subject, measure, export, kind, picture, colour_by, as_json)


def _tell_similarity(
    subject: "Subject", measure: str, export: Path | None, kind: str, picture: str,
    colour_by: str | None, as_json: bool,
) -> None:  # fmt: skip
    from treemeta.cli.output import put
    from treemeta.cli.progress import say
    from treemeta.cli.terminal import screenful
    from treemeta.measures.subject import measure as measured
    from treemeta.report.closest import reliability_text, similarity_text
    from treemeta.report.donors_text import donors_rows, donors_text
    from treemeta.report.exports import DRAWN, export_similarity, similarity_beside
    from treemeta.report.matrix import matrix_json

    similarity = measured(measure, subject)
    about = _about(subject)
    drawn = kind in DRAWN
    shown, families = _to_draw(subject, similarity, colour_by) if drawn else (similarity, {})
    text = donors_text if measure == "transfer" else similarity_text
    about |= {"gains": donors_rows(similarity)} if measure == "transfer" else {}
    put(
        lambda: export_similarity(shown, about, families, kind, picture), export,
        lambda: screenful(text(similarity), ALL), lambda: matrix_json(similarity, about), as_json,
        lambda: similarity_beside(similarity, kind),
    )  # fmt: skip
    if export and not as_json and (reliable := reliability_text(similarity)):
        say(reliable)  # which stands below the printed text


def _tell_neighbours(subject: "Subject", measure: str, task: str) -> None:
    from treemeta.cli.terminal import screenful
    from treemeta.errors import ConfigError, nearest
    from treemeta.measures.subject import measure as measured
    from treemeta.report.closest import neighbours_text

    names = [one.name for one in subject.tasks]
    if task not in names:
        if task in subject.dataset.tasks:
            way = "say --tasks all, as the node has others"
        elif near := nearest(task, names):
            way = f"did you mean {near!r}?"
        else:
            way = "without --task all are named"
        raise ConfigError(f"--task {task!r} is none of the {len(names)} tasks: {way}")
    typer.echo(screenful(neighbours_text(measured(measure, subject), task), "add | less"))


def _to_draw(
    subject: "Subject", similarity: "Similarity", colour_by: str | None
) -> "tuple[Similarity, Mapping[str, str]]":
    """Return what a picture has room for, and what the colours of its tasks are."""
    from treemeta.errors import ConfigError
    from treemeta.pages import truths_of
    from treemeta.report.figures.leaves import families_or_leaves, leaves_of
    from treemeta.report.thin import thinned

    leaves = leaves_of(subject.tree, similarity.tasks)
    shown = thinned(similarity, leaves)
    if colour_by == "leaf":
        return shown, leaves
    known = truths[0].families if (truths := truths_of(subject)) else {}
    if colour_by == "family" and not any(known.get(task) for task in shown.tasks):
        raise ConfigError("--colour-by family: no families of these tasks are known: say leaf")
    if colour_by == "family":
        return shown, known
    return shown, families_or_leaves(known, leaves, similarity.tasks)


def _tell_validation(
    subject: "Subject", measure: str, export: Path | None, kind: str, as_json: bool
) -> None:
    from treemeta.analysis.validation import validate
    from treemeta.cli.output import put
    from treemeta.measures.peers import peers_of
    from treemeta.measures.subject import measure as measured
    from treemeta.report.exports import export_validation
    from treemeta.report.validation_text import validation_json, validation_text

    ours, transfer = (measured(name, subject) for name in (measure, "transfer"))
    # A file of pairs, and a drawing of them, have no room for other measures.
    peers = [] if export and kind != "json" else peers_of(measure, subject)
    nuisance = measured("nuisance", subject) if subject.dataset.has_images else None
    held = [ours, *peers] if nuisance is None or measure == "nuisance" else [ours, *peers, nuisance]
    validation, *beside = (validate(each, transfer, nuisance) for each in held)
    about = _about(subject)
    put(
        lambda: export_validation(validation, beside, about, kind), export,
        lambda: validation_text(validation, beside),
        lambda: validation_json(validation, about, beside), as_json,
    )  # fmt: skip


def _about(subject: "Subject") -> dict[str, Any]:
    """Return what else a similarity is a function of."""
    return {
        "tree": subject.tree.id,
        "node": subject.node.name,
        "which": subject.which,
        "transform": subject.transform,
        "layers": list(subject.layers),
        "corrected": subject.corrected,
    }
