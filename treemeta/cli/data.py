"""``treemeta data list | info | download | import | embed``."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from treemeta.cli.completion import datasets
from treemeta.cli.embed import embed
from treemeta.cli.mistakes import Group
from treemeta.cli.numbers import whole
from treemeta.cli.options import Json
from treemeta.defaults import SIDE

app = typer.Typer(
    cls=Group, no_args_is_help=True, rich_markup_mode=None, help="Get data sets and look at them."
)
app.command("embed")(embed)


@app.command("list")
def list_datasets(as_json: Json = False) -> None:
    """List the data sets that --dataset takes, which are on this machine, and how large."""
    from treemeta.cli.terminal import painted
    from treemeta.report.text import aligned
    from treemeta.tasks.imported import GET_ICONS, GET_OMNIGLOT
    from treemeta.tasks.stock import OWN, stock_of

    about = {
        "glyphs": "synthetic scripts with a planted family tree, made when first used",
        "omniglot": "50 alphabets",
        "iconify": "concepts by houses",
        "functions": "functions of two numbers, of six families, made when first used",
        "PATH": "any folder of images laid out as task/class/image, or so under train and test; or "
        "a table .csv, .parquet or .npz",
    }
    ways = {"omniglot": GET_OMNIGLOT, "iconify": GET_ICONS}
    rows = []
    for name, text in about.items():
        packed = stock_of(*(OWN if name == "PATH" else (name,)))
        ready = bool(packed.packs) or name not in ways
        told = text if ready else f"{text}; {ways[name]}"
        rows.append({"dataset": name, "ready": ready, **vars(packed), "about": told})
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    head, *lines = aligned(
        [("dataset", "", "packed", "size", "about"), *(_cells(row) for row in rows)]
    )
    typer.echo("\n".join([painted(head, bold=True), *lines]))


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    packs, size = str(row["packs"] or "-"), f"{row['bytes'] / 1e6:.1f} MB" if row["packs"] else "-"
    return row["dataset"], "ready" if row["ready"] else "missing", packs, size, row["about"]


@app.command()
def info(
    dataset: Annotated[
        str, typer.Argument(help="As --dataset takes it.", autocompletion=datasets)
    ] = "glyphs",
    split: Annotated[
        Literal["poster", "lake"], typer.Option(help="Whose train and test alphabets of omniglot.")
    ] = "poster",
    transform: Annotated[
        str,
        typer.Option(
            metavar="KIND[:STRENGTH]",
            help="Add copies of all tasks: thick, thin, invert, blur, rotate or reflect.",
        ),
    ] = "",
    questions: Annotated[
        str,
        typer.Option(
            metavar="QUESTION[+NOISE],...",
            help="Ask all tasks each of these: character, style, place, drawer, of icons concept, "
            "house or weight, with +NOISE: style, place, speckle:LEVEL or blur:LEVEL.",
        ),
    ] = "",
    size: Annotated[
        int, typer.Option(help="Pixels a side that a folder's images are packed at.", **whole())
    ] = SIDE,
    channels: Annotated[
        str, typer.Option(help="Grey (1) or colour (3) of a folder's images, or auto.")
    ] = "auto",
    held_out: Annotated[
        str, typer.Option(metavar="FILE|PATTERN|SHARE", help="Which of a folder's tasks are.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Describe a data set: its tasks, their classes, images or rows, role and true family; of a
    folder also how its images are read, and what is lost, of a table what its tasks tell."""
    from treemeta.cli.progress import say, tell_data
    from treemeta.declared import make_config
    from treemeta.errors import some_of
    from treemeta.report.dataset_text import dataset_json, dataset_text
    from treemeta.tasks.dataset import too_small
    from treemeta.tasks.sources import opened as opened_by

    shape = {"size": size, "channels": channels, "held_out": held_out}
    asked = {"dataset": dataset, "split": split, "transform": transform, "questions": questions}
    config, opened = opened_by(make_config(asked | shape))
    tell_data(opened, shape)
    if small := too_small(opened, config.ways, config.shots + config.queries):
        episode = f"--ways {config.ways} --shots {config.shots} --queries {config.queries}"
        say(f"too small for an episode of {episode}, unless you say less: {some_of(small)}")
    if as_json:
        typer.echo(dataset_json(opened), nl=False)
    else:
        typer.echo(dataset_text(opened))


@app.command()
def download(
    dataset: Annotated[str, typer.Argument(help="omniglot.")] = "omniglot",
) -> None:
    """Download a data set from its publisher, check it and pack it."""
    from treemeta.errors import ConfigError

    if dataset != "omniglot":
        raise ConfigError(f"{dataset!r} cannot be downloaded: only omniglot can")
    from treemeta.tasks.download import download_omniglot

    omniglot = download_omniglot()
    typer.echo(f"omniglot: {len(omniglot.tasks)} tasks in {omniglot.path}")


@app.command("import")
def import_data(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH",
            help="The folder with Omniglot's zip files, or what was in them; or iconify and then "
            "npm's packages, as in: iconify node_modules/@iconify-json",
        ),
    ],
) -> None:
    """Take Omniglot, or Iconify's icons, from files you have: nothing is fetched."""
    from treemeta.errors import ConfigError, printable
    from treemeta.tasks.imported import import_icons, import_omniglot

    kind, rest = "omniglot", paths
    if str(paths[0]) in ("omniglot", "iconify"):
        kind, rest = str(paths[0]), paths[1:]
    if not rest or (kind == "omniglot" and len(rest) > 1):
        wanted = "one PATH" if kind == "omniglot" else "one PATH or more"
        raise ConfigError(f"'treemeta data import {kind}' takes {wanted}, not {len(rest)}")
    imported = import_icons(rest) if kind == "iconify" else import_omniglot(rest[0])
    typer.echo(
        f"{kind}: {len(imported.tasks)} tasks, {len(imported.images)} images in {imported.path}"
    )
    for part, licence in imported.licences.items():
        typer.echo(f"  {part}: {printable(licence)}")
