"""What a page says can be typed, and whether the program takes it."""

import re
from typing import Any

import typer

from treemeta.cli.main import app


def blocks(page: str, language: str) -> list[str]:
    """Return the blocks of code of a page in a language, in their order."""
    return re.findall(rf"^```{language}\b[^\n]*\n(.*?)^```", page, re.DOTALL | re.MULTILINE)


def commands(page: str) -> list[str]:
    """Return the commands of treemeta that a page shows, in blocks and within its lines."""
    lines = "\n".join(blocks(page, "sh")).splitlines()
    shown = [line.partition("#")[0].strip() for line in lines if line.startswith("treemeta ")]
    return shown + re.findall(r"`(treemeta [a-z][^`]*)`", page)


def resolve(words: list[str]) -> None:
    """Parse a command line to its end without running it; raises for what does not exist."""
    command: Any = typer.main.get_command(app)
    context = command.make_context("treemeta", words, resilient_parsing=False)
    while hasattr(command, "resolve_command"):
        rest = [*context._protected_args, *context.args]
        name, command, left = command.resolve_command(context, rest)
        assert command is not None
        context = command.make_context(name, list(left), parent=context)
