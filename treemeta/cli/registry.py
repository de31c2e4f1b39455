"""``treemeta registry``."""

import typer

from treemeta.cli.options import Tracking, tracking

app = typer.Typer(no_args_is_help=True, help="Keep a registry in order.")


@app.command()
def move(tracking_uri: Tracking = None) -> None:
    """Make a registry that was copied or moved one of its own, with the files beside it."""
    from treemeta.store.move import move as moved

    done = moved(tracking(tracking_uri))
    if not done.experiments + done.runs:
        typer.echo(f"nothing to do: the registry's files are said to be at {done.folder} already")
        return
    typer.echo(
        f"the files of {done.experiments} experiments and {done.runs} runs are at {done.folder}"
    )
