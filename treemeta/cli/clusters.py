"""``treemeta clusters``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from treemeta.cli.ask import MaxEpisodes, Node, TargetReliability, Tasks, Transform
from treemeta.cli.options import Device, EngineKind, Json, Tracking, TreeArgument, Workers, tracking

if TYPE_CHECKING:
    from treemeta.measures.ask import Question
    from treemeta.report.clusters import Agreement, Candidate
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
    from treemeta.errors import ConfigError
    from treemeta.report.files import kind_of
    from treemeta.tasks.truth import LEVELS

    if level not in LEVELS:
        raise ConfigError(f"--level is {level!r}: choose {' or '.join(LEVELS)}")
    kind = kind_of(export, ("csv", "json", "svg", "png")) if export else ""
    from treemeta.cli.ask import asking

    with asking(
        tree, node, tracking(tracking_uri), engine, workers, device, which=tasks,
        transform=transform, target=target_reliability, most=max_episodes,
    ) as question:  # fmt: skip
        readings = _readings(question, truth)
        found, content = _compare(question, readings, level, kind)
    from treemeta.report.agreement_text import agreement_json, agreement_text

    about = {"tree": question.tree.id, "node": node, "level": level}
    if export:
        from treemeta.report.files import write_file

        write_file(export, content or agreement_json(found, about).encode())
    if as_json:
        typer.echo(agreement_json(found, about), nl=False)
    elif not export:
        typer.echo(agreement_text(found))


def _readings(question: "Question", truth: str) -> "tuple[Truth, ...]":
    from treemeta.tasks.truth import builtin_truths, read_truth

    if truth == "builtin":
        return builtin_truths(question.dataset)
    return (read_truth(Path(truth)),)


def _compare(
    question: "Question", readings: "tuple[Truth, ...]", level: str, kind: str
) -> "tuple[list[Agreement], bytes]":
    from treemeta.report.clusters import agreement, random_tree

    candidates = _candidates(question, readings[0], level)
    found = []
    for reading in readings:
        rows = [agreement(one, reading, level) for one in candidates]
        found += [*rows, random_tree(rows[0])]
    if kind == "csv":
        from treemeta.report.agreement_text import agreement_csv

        return found, agreement_csv(found).encode()
    if kind in ("svg", "png"):
        from treemeta.measures.ask import measure
        from treemeta.report.tanglegram import tanglegram

        return found, tanglegram(measure("direction", question), readings[0].lineage, kind)
    return found, b""


def _candidates(question: "Question", truth: "Truth", level: str) -> "list[Candidate]":
    """Return what is held against the truth: the tree, if it is about its own tasks, directions
    and the trivial measures."""
    from treemeta.measures.ask import measure
    from treemeta.report.clusters import measure_candidate, tree_candidate

    groups = truth.groups(level)
    sizes = {len({groups[task.name] for task in question.tasks if task.name in groups})} - {0}
    found = []
    if question.in_tree and question.node.groups:
        found.append(tree_candidate(question.tree, question.node))
        sizes |= {int(labels.max()) + 1 for labels in found[0].cuts.values()}
    measures = [measure(name, question) for name in ("direction", "pixels", "nuisance")]
    return found + [measure_candidate(one, sizes) for one in measures]
