"""``treemeta route``."""

from pathlib import Path
from typing import Annotated

import typer

from treemeta.cli.options import Device, EngineKind, Json, Tracking, TreeArgument, Workers, tracking

New = Annotated[
    Path,
    typer.Argument(
        metavar="PATH",
        help="New images: task/class/image, or class/image; of a tree of rows a table of them.",
    ),
]
Export = Annotated[Path | None, typer.Option(help="Write a file: .csv or .json.")]


def route(
    tree: TreeArgument,
    path: New,
    export: Export = None,
    tracking_uri: Tracking = None,
    workers: Workers = None,
    device: Device = "cpu",
    engine: EngineKind = "local",
    as_json: Json = False,
) -> None:
    """Tell where new tasks belong in a tree: the node that their episodes go to, how well it does
    on them, and which known tasks are nearest.

    Routed as held-out tasks are; nearest by the measure direction at the root. A table has the
    features of the tree's rows, in the same units, and the columns task, and class or
    target.
    """
    from dataclasses import replace

    from treemeta.cli.measuring import measuring
    from treemeta.cli.output import put
    from treemeta.learn.setting import Setting
    from treemeta.measures.nearest import nearest
    from treemeta.report.files import kind_of
    from treemeta.report.place_text import place_csv, place_json, place_text
    from treemeta.tasks.layout import lay_out_new
    from treemeta.tasks.like import like
    from treemeta.tasks.sources import open_folder, open_new_table
    from treemeta.tree.place import place
    from treemeta.tree.stored_router import check_inputs, stored_router

    kind = kind_of(export, ("csv", "json")) if export else ""
    with measuring(tree, "r", tracking(tracking_uri), engine, workers, device) as subject:
        config, stored = subject.config, subject.tree
        check_inputs(config, path)
        if config.of_rows:
            unseen = open_new_table(path, like(subject.dataset))
        else:
            unseen = open_folder(lay_out_new(path), config.size, config.channels)
        router = stored_router(subject.registry, stored, config, lambda: subject.setting, device)
        placed = place(Setting(config, unseen, subject.engine), router)
        near = nearest(subject, unseen)
    placed = [replace(one, nearest=near[one.task]) for one in placed]
    about, metric = {"tree": stored.id, "path": str(path)}, config.metric
    as_csv = kind == "csv"
    put(
        lambda: (
            place_csv(placed, metric) if as_csv else place_json(placed, metric, about)
        ).encode(),
        export, lambda: place_text(placed, metric), lambda: place_json(placed, metric, about),
        as_json,
    )  # fmt: skip
