"""``treemeta similarity``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from treemeta.cli.measuring import Layers, MaxEpisodes, Node, TargetReliability, Tasks, Transform
from treemeta.cli.options import Device, EngineKind, Json, Tracking, TreeArgument, Workers, tracking

if TYPE_CHECKING:
    from treemeta.measures.subject import Subject

Measure = Annotated[
    str,
    typer.Option(help="direction, tree, cophenetic, transfer, task2vec, loss, pixels or nuisance."),
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
    """Tell how alike tasks are, by one of eight measures, and how sure that is.

    Direction similarities are cosines between independent halves of the episodes, so a task's
    similarity to itself is not 1: it is the ceiling that noise sets.
    """
    from treemeta.errors import ConfigError
    from treemeta.measures.subject import MEASURES
    from treemeta.report.exports import DRAWN, PICTURES, SIMILARITY, VALIDATION
    from treemeta.report.files import kind_of

    if measure not in MEASURES:
        raise ConfigError(f"--measure is {measure!r}: choose {', '.join(MEASURES)}")
    if picture not in PICTURES:
        raise ConfigError(f"--picture is {picture!r}: choose {', '.join(PICTURES)}")
    if validate is not None and (validate != "transfer" or measure == "transfer"):
        raise ConfigError(f"--validate is {validate!r}: it takes transfer, for another --measure")
    if (layers or corrected) and measure != "direction":
        raise ConfigError(f"--layers and --corrected are for --measure direction, not {measure}")
    kind = kind_of(export, VALIDATION if validate else SIMILARITY) if export else ""
    if picture != "heatmap" and (validate or kind not in DRAWN):
        raise ConfigError(
            f"--picture {picture} is for a drawing of similarities: --export it as .svg or .png"
        )
    from treemeta.cli.measuring import layer_names, measuring

    with measuring(
        tree, node, tracking(tracking_uri), engine, workers, device, which=tasks,
        transform=transform, target=target_reliability, most=max_episodes,
        layers=layer_names(layers), corrected=corrected,
    ) as subject:  # fmt: skip
        tell = _tell_validation if validate else _tell_similarity
        tell(subject, measure, export, kind, picture, as_json)


def _tell_similarity(
    subject: "Subject", measure: str, export: Path | None, kind: str, picture: str, as_json: bool
) -> None:
    from treemeta.cli.measuring import truths_of
    from treemeta.cli.output import put
    from treemeta.cli.progress import say
    from treemeta.measures.subject import measure as measured
    from treemeta.report.closest import reliability_text, similarity_text
    from treemeta.report.donors_text import donors_rows, donors_text
    from treemeta.report.exports import DRAWN, export_similarity, similarity_beside
    from treemeta.report.figures.leaves import families_or_leaves
    from treemeta.report.matrix import matrix_json

    similarity = measured(measure, subject)
    about = _about(subject)
    truths = truths_of(subject) if kind in DRAWN else ()
    known = truths[0].families if truths else {}
    families = families_or_leaves(known, subject.tree, similarity.tasks)
    text = donors_text if measure == "transfer" else similarity_text
    about |= {"gains": donors_rows(similarity)} if measure == "transfer" else {}
    put(
        lambda: export_similarity(similarity, about, families, kind, picture), export,
        lambda: text(similarity), lambda: matrix_json(similarity, about), as_json,
        lambda: similarity_beside(similarity, kind),
    )  # fmt: skip
    if export and not as_json and (reliable := reliability_text(similarity)):
        say(reliable)  # which stands below the printed text


def _tell_validation(
    subject: "Subject", measure: str, export: Path | None, kind: str, picture: str, as_json: bool
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
    nuisance = measured("nuisance", subject)
    held = [ours, *peers] if measure == nuisance.measure else [ours, *peers, nuisance]
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
