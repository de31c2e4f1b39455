"""``treemeta data list | info | download | import``."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from treemeta.cli.options import Json

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Get data sets and look at them."
)


@app.command("list")
def list_datasets(as_json: Json = False) -> None:
    """List the data sets that --dataset takes, and which are on this machine."""
    from treemeta.tasks.sources import GET_OMNIGLOT, omniglot_path

    there = omniglot_path().exists()
    rows = [
        ("glyphs", True, "synthetic scripts with a planted family tree, made when first used"),
        ("omniglot", there, "50 alphabets" if there else f"50 alphabets; {GET_OMNIGLOT}"),
        ("PATH", True, "any folder of images laid out as task/class/image"),
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
            help="Ask all tasks each of these: character, style, place or drawer, with +NOISE.",
        ),
    ] = "",
    as_json: Json = False,
) -> None:
    """Describe a data set: its tasks, their classes, images, role and true family."""
    from treemeta.report.text import printable
    from treemeta.tasks.sources import open_dataset

    opened = open_dataset(dataset, split, transform, questions)
    rows = [
        {
            "task": task.name,
            "role": opened.roles[task.name],
            "classes": len(task.classes),
            "images": sum(opened.drawings(position) for position in task.classes),
            "lineage": list(opened.lineage.get(task.name, ())),
        }
        for task in opened.select("all")
    ]
    if as_json:
        typer.echo(json.dumps({"dataset": opened.name, "path": str(opened.path), "tasks": rows}))
        return
    width = max(len(printable(task)) for task in opened.tasks)
    typer.echo(
        printable(f"{opened.name}: {len(rows)} tasks, {len(opened.class_names)} classes, ")
        + f"{len(opened.images)} images in {opened.path}"
    )
    for row in rows:
        typer.echo(
            f"{printable(str(row['task'])):{width}}  {row['role']:5}  {row['classes']:4} classes  "
            f"{row['images']:6} images  {' > '.join(opened.lineage.get(str(row['task']), ()))}"
        )


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
    path: Annotated[
        Path, typer.Argument(help="The folder with Omniglot's zip files, or what was in them.")
    ],
) -> None:
    """Take Omniglot from zip files or folders you have, for machines without internet."""
    from treemeta.tasks.sources import import_omniglot

    omniglot = import_omniglot(path)
    typer.echo(
        f"omniglot: {len(omniglot.tasks)} tasks, {len(omniglot.images)} images in {omniglot.path}"
    )
