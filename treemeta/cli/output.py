"""Where a command's result goes: to a file that is named, to stdout as text or as json."""

from collections.abc import Callable, Mapping
from pathlib import Path

import typer


def put(
    content: Callable[[], bytes],
    export: Path | None,
    text: Callable[[], str],
    json: Callable[[], str],
    as_json: bool,
    beside: Callable[[], Mapping[str, bytes]] = dict,
) -> None:
    """Write a result to a file where one is named; print it as json where that is asked for, or as
    text where nothing is written.

    What is ``beside`` the result, by a word, has no room in its file: it is written to another,
    whose name ends in that word.
    """
    from treemeta.cli.progress import say
    from treemeta.report.files import write_file

    if export:
        files = {export: content()} | {
            export.with_stem(f"{export.stem}-{word}"): more for word, more in beside().items()
        }
        for path, bytes_ in files.items():
            write_file(path, bytes_)
            say(f"wrote {path}")
    if as_json:
        typer.echo(json(), nl=False)
    elif not export:
        typer.echo(text())
