"""Where a command's result goes: to a file that is named, to stdout as text or as json."""

from collections.abc import Callable
from pathlib import Path

import typer


def put(
    content: Callable[[], bytes],
    export: Path | None,
    text: Callable[[], str],
    json: Callable[[], str],
    as_json: bool,
) -> None:
    """Write a result to a file where one is named; print it as json where that is asked for, or as
    text where nothing is written."""
    from treemeta.cli.progress import say
    from treemeta.report.files import write_file

    if export:
        write_file(export, content())
        say(f"wrote {export}")
    if as_json:
        typer.echo(json(), nl=False)
    elif not export:
        typer.echo(text())
