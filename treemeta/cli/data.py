"""``treemeta data list | info | download | import | embed``."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from treemeta.cli.embed import embed
from treemeta.cli.numbers import whole
from treemeta.cli.options import Json
from treemeta.defaults import SIDE

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Get data sets and look at them."
)
app.command("embed")(embed)


@app.command("list")
def list_datasets(as_json: Json = False) -> None:
    """List the data sets that --dataset takes, and which are on this machine."""
    from treemeta.tasks.imported import GET_ICONS, GET_OMNIGLOT, icons_path, omniglot_path

    there, icons = omniglot_path().exists(), icons_path().exists()
    rows = [
        ("glyphs", True, "synthetic scripts with a planted family tree, made when first used"),
        ("omniglot", there, "50 alphabets" if there else f"50 alphabets; {GET_OMNIGLOT}"),
        ("iconify", icons, "concepts by houses" if icons else f"concepts by houses; {GET_ICONS}"),
        ("functions", True, "functions of two numbers, of six families, made when first used"),
        (
            "PATH",
            True,
            "any folder of images laid out as task/class/image, or so under train and test; or a "
            "table .csv, .parquet or .npz",
        ),
    ]
    if as_json:
        keys = ("dataset", "ready", "about")
        typer.echo(json.dumps([dict(zip(keys, row, strict=True)) for row in rows], indent=2))
        return
    for name, ready, about in rows:
        typer.echo(f"{name:10} {'ready' if ready else 'missing':8} {about}")


@app.command()
def info(
    dataset: Annotated[str, typer.Argument(help="As --dataset takes it.")] = "glyphs",
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
    from treemeta.cli.progress import tell_data
    from treemeta.declared import make_config
    from treemeta.report.dataset_text import dataset_json, dataset_text
    from treemeta.tasks.sources import opened as opened_by

    shape = {"size": size, "channels": channels, "held_out": held_out}
    asked = {"dataset": dataset, "split": split, "transform": transform, "questions": questions}
    _, opened = opened_by(make_config(asked | shape))
    tell_data(opened, shape)
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
    from treemeta.errors import ConfigError
    from treemeta.report.text import printable
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
