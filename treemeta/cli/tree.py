"""``treemeta tree list | show | export``."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from treemeta.cli.options import Json, Tracking, TreeArgument, tracking

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Look at grown trees.")


@app.command("list")
def list_trees(tracking_uri: Tracking = None, as_json: Json = False) -> None:
    """List the trees of a registry, newest first."""
    from treemeta.report.text import printable
    from treemeta.store.find import list_trees as listed
    from treemeta.store.registry import open_registry

    rows = listed(open_registry(tracking(tracking_uri)))
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        accuracy = "" if row["accuracy"] is None else f"  accuracy {row['accuracy']:.3f}"
        typer.echo(
            printable(f"{row['tree']}  {row['started']}  {row['status']:10}  {row['name']}")
            + accuracy
        )


@app.command()
def show(
    tree: TreeArgument = "latest", tracking_uri: Tracking = None, as_json: Json = False
) -> None:
    """Draw a tree: tasks, accuracy, reliability and support of its nodes."""
    found = _read(tree, tracking_uri)
    if as_json:
        from treemeta.report.export import tree_json

        typer.echo(tree_json(found), nl=False)
    else:
        from treemeta.report.text import tree_text

        typer.echo(tree_text(found))


@app.command()
def export(
    tree: TreeArgument = "latest",
    kind: Annotated[
        str | None,
        typer.Option("--format", help="svg, png, pdf, dot, json, graphml or newick."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="The file to write (default: stdout).")
    ] = None,
    tracking_uri: Tracking = None,
) -> None:
    """Write a tree as a drawing or for another program."""
    from treemeta.errors import ConfigError
    from treemeta.report.export import FORMATS
    from treemeta.report.export import export as exported
    from treemeta.report.files import kind_of, write_file

    chosen = kind or (kind_of(output, FORMATS) if output else "dot")
    if chosen not in FORMATS:
        raise ConfigError(f"--format is {chosen!r}: choose {', '.join(FORMATS)}")
    content = exported(_read(tree, tracking_uri), chosen)
    if output:
        write_file(output, content)
    else:
        typer.get_binary_stream("stdout").write(content)


def _read(tree: str, tracking_uri: str | None) -> Any:
    from treemeta.store.find import find_tree
    from treemeta.store.read import read_tree
    from treemeta.store.registry import open_registry

    registry = open_registry(tracking(tracking_uri))
    return read_tree(registry, find_tree(registry, tree))
