"""What a terminal is told otherwise than a pipe: in colour, and no more than it shows at once."""

import os
import shutil
import sys
from collections.abc import Sequence
from typing import Any, TextIO

import typer

ROOM = 2  # lines that a shell wants for itself


def on_terminal(stream: TextIO | None = None) -> bool:
    """Return whether a stream, stdout unless one is given, is a terminal."""
    return (stream or sys.stdout).isatty()


def painted(text: str, stream: TextIO | None = None, **style: Any) -> str:
    """Return a text in a style of ``typer.style``, on a terminal for which ``NO_COLOR`` is not
    set."""
    shown = on_terminal(stream) and not os.environ.get("NO_COLOR")
    return typer.style(text, **style) if shown else text


def screenful(text: str, way: str) -> str:
    """Return a table with what stands below it, after an empty line; on a terminal without the
    lines that it cannot show at once, with the ``way`` to see all."""
    columns, height = shutil.get_terminal_size()
    table, gap, below = text.partition("\n\n")
    lines = table.splitlines()
    room = height - ROOM - _height(below.splitlines(), columns) - bool(gap)
    if not on_terminal() or _height(lines, columns) <= room:
        return text
    kept = lines[:2]  # a head and a row, however small it is
    while _height(lines[: len(kept) + 1], columns) < room:  # the way takes a line too
        kept.append(lines[len(kept)])
    return "\n".join([*kept, f"... and {len(lines) - len(kept)} more lines: {way}"]) + gap + below


def _height(lines: Sequence[str], columns: int) -> int:
    """Return how many lines of a terminal some lines take, which are broken where they are long."""
    return sum(max(1, -(-len(line) // columns)) for line in lines)
