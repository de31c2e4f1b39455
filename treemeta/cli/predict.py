"""``treemeta predict``."""

from pathlib import Path
from typing import Annotated

import typer

from treemeta.cli.options import Device, EngineKind, Json, Tracking, TreeArgument, Workers, tracking

Support = Annotated[
    Path,
    typer.Option(help="Labelled images, class/image; of a tree of rows a table of one task."),
]
Query = Annotated[
    Path, typer.Option(help="What to answer: a folder of images, one image, or a table.")
]
Export = Annotated[Path | None, typer.Option(help="Write a file: .csv or .json.")]


def predict(
    tree: TreeArgument,
    support: Support,
    query: Query,
    export: Export = None,
    tracking_uri: Tracking = None,
    workers: Workers = None,
    device: Device = "cpu",
    engine: EngineKind = "local",
    as_json: Json = False,
) -> None:
    """Tell the classes of new images or rows, or the numbers of rows, from a few that are known.

    The support finds its node in the tree, which learns from it and answers. Prints csv. A table
    has the features of the tree's rows, in the same units, that of a support beside them the
    column class or target.
    """
    from treemeta.cli.measuring import measuring
    from treemeta.cli.output import put
    from treemeta.cli.progress import say
    from treemeta.errors import some_of
    from treemeta.report.answer_text import Told, answer_csv, answer_json, answered_by
    from treemeta.report.files import kind_of
    from treemeta.tasks.like import like
    from treemeta.tasks.rows import read_query_rows, read_support_rows
    from treemeta.tasks.support import not_shown, read_queries, read_support
    from treemeta.tree.answer import answer
    from treemeta.tree.stored_router import check_inputs, stored_router

    kind = kind_of(export, ("csv", "json")) if export else ""
    with measuring(tree, "r", tracking(tracking_uri), engine, workers, device) as subject:
        config, stored = subject.config, subject.tree
        check_inputs(config, support, query)
        if config.of_rows:
            shown, wanted = read_support_rows(support, like(subject.dataset))
            asked = read_query_rows(query, wanted)
        else:
            shown, reading = read_support(support, config.shape)
            asked = read_queries(query, config.shape, reading)
            if strange := not_shown(asked, shown.classes):
                shown_none = f"the support has no class {some_of(strange)}"
                say(f"{shown_none}: images there are told as classes that it has")
        router = stored_router(subject.registry, stored, config, lambda: subject.setting, device)
        found = answer(config, router, shown, asked.inputs, subject.engine)
    if by := answered_by(found.route.weights, found.route.margin):
        say(by)
    answers = found.answers if shown.classes else wanted.units.told(found.answers)
    told = Told(asked.names, shown.classes, answers, "row" if config.of_rows else "file")
    about = {"tree": stored.id, "weights": found.route.weights, "margin": found.route.margin}
    as_csv = kind == "csv"
    put(
        lambda: (answer_csv(told) if as_csv else answer_json(told, about)).encode(), export,
        lambda: answer_csv(told).rstrip("\n"), lambda: answer_json(told, about), as_json,
    )  # fmt: skip
