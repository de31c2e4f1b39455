"""``treemeta clusters``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from treemeta.cli.measuring import Layers, MaxEpisodes, Node, TargetReliability, Tasks, Transform
from treemeta.cli.options import Device, EngineKind, Json, Tracking, TreeArgument, Workers, tracking

if TYPE_CHECKING:
    from treemeta.measures.subject import Subject
    from treemeta.tasks.truth import Truth

Truths = Annotated[
    str, typer.Option("--truth", help="builtin, or a csv file with columns task and family.")
]
Level = Annotated[str, typer.Option(help="family or subfamily.")]
Export = Annotated[
    Path | None,
    typer.Option(help="Write the table as .csv or .json, or a tanglegram as .svg or .png."),
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
    """Hold learned clusters against true families: the tree, the directions, trivial baselines.

    Every score stands with its p-value from permutations of the truth. Directions, pixels and
    nuisance statistics are cut into as many clusters as the tree has, and as there are families.
    """
    from treemeta.cli.output import put
    from treemeta.errors import ConfigError
    from treemeta.report.exports import AGREEMENT, export_agreement
    from treemeta.report.files import kind_of
    from treemeta.tasks.truth import LEVELS

    if level not in LEVELS:
        raise ConfigError(f"--level is {level!r}: choose {' or '.join(LEVELS)}")
    kind = kind_of(export, AGREEMENT) if export else ""
    from treemeta.cli.measuring import agreements_of, layer_names, learned_and_trivial, measuring

    with measuring(
        tree, node, tracking(tracking_uri), engine, workers, device, which=tasks,
        transform=transform, target=target_reliability, most=max_episodes,
        layers=layer_names(layers),
    ) as subject:  # fmt: skip
        readings = _readings(subject, truth)
        measured = learned_and_trivial(subject)
        agreements = agreements_of(subject, measured, readings, level)
    from treemeta.report.agreement_text import agreement_json, agreement_text

    about = {"tree": subject.tree.id, "node": node, "level": level}
    drawn = (measured[0], readings[0], level)
    put(
        lambda: export_agreement(agreements, about, drawn, kind), export,
        lambda: agreement_text(agreements), lambda: agreement_json(agreements, about), as_json,
    )  # fmt: skip


def _readings(subject: "Subject", truth: str) -> "tuple[Truth, ...]":
    from treemeta.cli.progress import say
    from treemeta.report.text import printable
    from treemeta.tasks.truth import builtin_truths, read_truth

    if truth == "builtin":
        return builtin_truths(subject.dataset)
    read = read_truth(Path(truth))
    if unknown := sorted(read.families.keys() - subject.dataset.tasks.keys()):
        which = ", ".join(map(printable, unknown[:5])) + (", ..." if len(unknown) > 5 else "")
        say(
            f"--truth {truth}: {len(unknown)} of {len(read.families)} rows match no task of "
            f"{printable(subject.dataset.name)} and are left out: {which}"
        )
    return (read,)
