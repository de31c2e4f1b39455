"""The program: its commands, and how it ends."""

import gc
import os
import signal
import sys
from types import FrameType
from typing import Annotated, NoReturn

import typer
from typer.exceptions import TyperException

from treemeta.cli import (
    clusters,
    compare,
    data,
    forecast,
    predict,
    registry,
    report,
    route,
    similarity,
    train,
    tree,
    ui,
)
from treemeta.cli.help import Grouped
from treemeta.cli.mistakes import Group, sentence_of
from treemeta.cli.terminal import painted
from treemeta.errors import TreemetaError, unreadable

INTERRUPTED = 130  # as a shell says of a program that Ctrl-C ended

app = typer.Typer(
    cls=Group,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain text, see treemeta.cli.help; brackets are brackets
    help="Which of my tasks are alike, and should they share a model?",
)
app.command("train", cls=Grouped, epilog=train.EXAMPLES)(train.train)
app.command("compare", cls=Grouped, epilog=compare.EXAMPLES)(compare.compare)
app.command("forecast", cls=Grouped, epilog=forecast.EXAMPLES)(forecast.forecast)
app.command("similarity")(similarity.similarity)
app.command("clusters")(clusters.clusters)
app.command("route")(route.route)
app.command("predict")(predict.predict)
app.command("report")(report.report)
app.command("ui")(ui.ui)
app.add_typer(tree.app, name="tree")
app.add_typer(data.app, name="data")
app.add_typer(registry.app, name="registry")


@app.callback(invoke_without_command=True)
def options(
    show_version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Which of my tasks are alike, and should they share a model?"""
    if show_version:
        from importlib.metadata import version  # which takes longer than all else of a help

        typer.echo(f"treemeta {version('treemeta')}")
        raise typer.Exit


def run() -> NoReturn:
    """Run the program and exit with the code of what happened."""
    # Most of a short command is imports, whose objects stay: looking for garbage among them again
    # and again takes a third of its time.
    gc.set_threshold(100_000)
    signal.signal(signal.SIGTERM, _terminated)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # even if started in the background
    try:
        code = _code()
    except KeyboardInterrupt:
        code = _failed("interrupted", INTERRUPTED)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is done: let nothing cut the exit short
    sys.exit(code)


def _code() -> int | str | None:
    """Run the program and return its exit code, with a sentence where it failed."""
    try:
        code: int | None = app(prog_name="treemeta", standalone_mode=False)
    except TreemetaError as error:
        return _failed(str(error), error.exit_code)
    except TyperException as error:
        return _failed(sentence_of(error), error.exit_code)
    except typer.Abort:
        return _failed("interrupted", INTERRUPTED)
    except SystemExit as ended:
        return ended.code
    except BrokenPipeError:
        # The reader of a pipe has seen enough; keep the interpreter from flushing into it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, MemoryError, RuntimeError) as error:
        what = getattr(error, "filename", None) or ("disk" if isinstance(error, OSError) else "it")
        if (known := unreadable(what, error)) is None:
            raise
        return _failed(str(known), known.exit_code)
    # Typer has turned an interrupt into an exit without a word.
    return _failed("interrupted", code) if code == INTERRUPTED else code


def _terminated(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


def _failed(sentence: str, code: int) -> int:
    print(painted("treemeta:", sys.stderr, fg="red"), sentence, file=sys.stderr)
    return code
