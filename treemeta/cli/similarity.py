"""``treemeta similarity``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from treemeta.cli.ask import MaxEpisodes, Node, TargetReliability, Tasks, Transform
from treemeta.cli.options import Device, EngineKind, Json, Tracking, TreeArgument, Workers, tracking

if TYPE_CHECKING:
    from treemeta.measures.ask import Question

Measure = Annotated[
    str,
    typer.Option(help="direction, tree, cophenetic, transfer, task2vec, pixels or nuisance."),
]
Layers = Annotated[
    str, typer.Option(help="Directions of these layers only: conv1,conv2,norm (default: all).")
]
Corrected = Annotated[
    bool,
    typer.Option("--corrected", help="Divide the cosine of two directions by their ceilings."),
]
Validate = Annotated[
    str | None,
    typer.Option(help="transfer: tell how the measure goes with measured transfer."),
]
Export = Annotated[
    Path | None,
    typer.Option(help="Write a file: .csv .parquet .npz .json .newick, or drawn .svg .png."),
]
Picture = Annotated[str, typer.Option(help="What is drawn: heatmap, dendrogram or map.")]


def similarity(
    tree: TreeArgument = "latest",
    node: Node = "r",
    measure: Measure = "direction",
    tasks: Tasks = "train",
    transform: Transform = "",
    target_reliability: TargetReliability = 0.95,
    max_episodes: MaxEpisodes = 480,
    layers: Layers = "",
    corrected: Corrected = False,
    validate: Validate = None,
    export: Export = None,
    picture: Picture = "heatmap",
    tracking_uri: Tracking = None,
    workers: Workers = None,
    device: Device = "cpu",
    engine: EngineKind = "local",
    as_json: Json = False,
) -> None:
    """Tell how alike tasks are, by one of seven measures, and how sure that is.

    Direction similarities are cosines between independent halves of the episodes, so a task's
    similarity to itself is not 1: it is the ceiling that noise sets.
    """
    from treemeta.errors import ConfigError
    from treemeta.measures.ask import MEASURES
    from treemeta.report.files import kind_of
    from treemeta.report.pictures import FORMATS, PICTURES
    from treemeta.report.validation import FORMATS as VALIDATED

    if measure not in MEASURES:
        raise ConfigError(f"--measure is {measure!r}: choose {', '.join(MEASURES)}")
    if picture not in PICTURES:
        raise ConfigError(f"--picture is {picture!r}: choose {', '.join(PICTURES)}")
    if validate is not None and (validate != "transfer" or measure == "transfer"):
        raise ConfigError(f"--validate is {validate!r}: it takes transfer, for another --measure")
    if (layers or corrected) and measure != "direction":
        raise ConfigError(f"--layers and --corrected are for --measure direction, not {measure}")
    kind = kind_of(export, VALIDATED if validate else FORMATS) if export else ""
    from treemeta.cli.ask import asking

    with asking(
        tree, node, tracking(tracking_uri), engine, workers, device, which=tasks,
        transform=transform, target=target_reliability, most=max_episodes,
        layers=tuple(name for name in layers.split(",") if name), corrected=corrected,
    ) as question:  # fmt: skip
        tell = _tell_validation if validate else _tell_similarity
        text, document, content = tell(question, measure, kind, picture)
    if export:
        from treemeta.report.files import write_file

        write_file(export, content)
    if as_json:
        typer.echo(document, nl=False)
    elif not export:
        typer.echo(text)


def _tell_similarity(
    question: "Question", measure: str, kind: str, picture: str
) -> tuple[str, str, bytes]:
    """Return what is printed, what is printed as json, and what is written."""
    from treemeta.cli.ask import truths_of
    from treemeta.cli.progress import say
    from treemeta.measures.ask import measure as measured
    from treemeta.report.closest import reliability_text, similarity_text
    from treemeta.report.matrix import matrix_json
    from treemeta.report.pictures import DRAWN, export_similarity

    found = measured(measure, question)
    about: dict[str, Any] = {"tree": question.tree.id, "node": question.node.name}
    if found.reliability is None or found.reliability < question.target:
        say(reliability_text(found)) if found.episodes else None
    truths = truths_of(question) if kind in DRAWN else ()
    families = truths[0].families if truths else {}
    content = export_similarity(found, about, families, kind, picture) if kind else b""
    return similarity_text(found), matrix_json(found, about), content


def _tell_validation(
    question: "Question", measure: str, kind: str, picture: str
) -> tuple[str, str, bytes]:
    from treemeta.measures.ask import measure as measured
    from treemeta.report.validation import (
        export_validation,
        validate,
        validation_json,
        validation_text,
    )

    ours, transfer, nuisance = (measured(m, question) for m in (measure, "transfer", "nuisance"))
    found = validate(ours, transfer, nuisance)
    about = {"tree": question.tree.id, "node": question.node.name}
    content = export_validation(found, about, kind) if kind else b""
    return validation_text(found), validation_json(found, about), content
