"""``treemeta tree gains``."""

from pathlib import Path
from typing import Annotated

import typer

from treemeta.cli.options import Device, EngineKind, Json, Tracking, TreeArgument, Workers, tracking

Tasks = Annotated[str, typer.Option(help="test (the held-out ones), train, or all.")]
Export = Annotated[
    Path | None, typer.Option(help="Write a file: .csv .json, or a heat map .svg .png.")
]


def gains(
    tree: TreeArgument = "latest",
    tasks: Tasks = "test",
    export: Export = None,
    tracking_uri: Tracking = None,
    workers: Workers = None,
    device: Device = "cpu",
    engine: EngineKind = "local",
    as_json: Json = False,
) -> None:
    """Tell which node is good for which task: the accuracy, or error, of every node on every task.

    All nodes answer the same fresh episodes. A node that does better or worse than its parent by
    more than noise is marked + or -; the latter is negative transfer.
    """
    from treemeta.api.asked import gains_at
    from treemeta.cli.measuring import measuring
    from treemeta.cli.output import put
    from treemeta.report.exports import GAINS, export_gains
    from treemeta.report.files import kind_of
    from treemeta.report.gains_text import gains_json, gains_text

    kind = kind_of(export, GAINS) if export else ""
    with measuring(
        tree, "r", tracking(tracking_uri), engine, workers, device, which=tasks
    ) as subject:
        gains = gains_at(subject)
    about = {"tree": subject.tree.id, "which": tasks}
    put(
        lambda: export_gains(gains, about, kind), export,
        lambda: gains_text(gains), lambda: gains_json(gains, about), as_json,
    )  # fmt: skip
