"""``treemeta tree list``."""

import json

import typer

from treemeta.cli.options import Json, Tracking, tracking


def list_trees(tracking_uri: Tracking = None, as_json: Json = False) -> None:
    """List the trees of a registry, newest first: how accurate they are, and whether their roots
    were split."""
    import shutil

    from treemeta.cli.terminal import on_terminal, painted
    from treemeta.report.trees_text import trees_rows, trees_text
    from treemeta.store.find import list_trees as listed
    from treemeta.store.registry import open_registry
    from treemeta.store.roots import read_roots

    registry = open_registry(tracking(tracking_uri))
    rows = trees_rows(listed(registry), read_roots(registry))
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    width = shutil.get_terminal_size().columns if on_terminal() else None
    head, *lines = trees_text(rows, width).splitlines()
    typer.echo("\n".join([painted(head, bold=True), *lines]))
