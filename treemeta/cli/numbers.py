"""Numbers on a command line: refused by a sentence that names the value, as Typer's own do not."""

from collections.abc import Callable
from typing import Any

import typer


def whole(least: int | None = None, most: int | None = None) -> Any:
    """Return the option of a whole number within bounds."""
    return _parser(int, "a whole number", least, most)


def number(least: float | None = None, most: float | None = None) -> Any:
    """Return the option of a number within bounds."""
    return _parser(float, "a number", least, most)


def _parser(
    kind: Callable[[str], float], called: str, least: float | None, most: float | None
) -> dict[str, Any]:
    def parse(given: str) -> float:
        try:
            value = kind(given)
            if value != value:
                raise ValueError("nan is no number")
        except ValueError as error:
            raise typer.BadParameter(f"{given!r} is not {called}") from error
        if least is not None and not value >= least:
            raise typer.BadParameter(f"{given} is below {least:g}, the least")
        if most is not None and not value <= most:
            raise typer.BadParameter(f"{given} is above {most:g}, the most")
        return value

    return {"parser": parse, "metavar": "INTEGER" if kind is int else "FLOAT"}
