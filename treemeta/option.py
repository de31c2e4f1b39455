"""One option: how it is declared, and the values it takes."""

import sys
from dataclasses import field
from typing import Any, Literal, get_args, get_origin

from treemeta.errors import ConfigError, brief, way_out

POSITIVE = 1e-12


def option(default: Any, about: str, least: float | None = None, most: float | None = None) -> Any:
    """Declare one hyper-parameter: its default, one line of help and its bounds."""
    return field(default=default, metadata={"about": about, "least": least, "most": most})


def told_later(default: Any, about: str, least: float | None = None) -> Any:
    """Declare what is no option: the data say it, once they are read, or a class from Python."""
    limits = {"least": least, "most": None}
    return field(default=default, metadata={"about": about, "later": True} | limits)


def is_given(one: Any) -> bool:
    """Return whether a field is an option that somebody may give."""
    return not one.metadata.get("later")


def check_value(name: str, value: Any, kind: Any, limits: Any) -> None:
    """Raise ``ConfigError`` unless an option of a kind takes a value, within its limits."""
    flag = "--" + name.replace("_", "-")
    if get_origin(kind) is Literal:
        if value not in get_args(kind):
            raise ConfigError(f"{flag} is {brief(value)}: {way_out(value, get_args(kind))}")
        return
    wanted = (int, float) if kind is float else kind
    if not isinstance(value, wanted) or (kind is not bool and isinstance(value, bool)):
        quoted = ", in quotes" if kind is str else ""
        raise ConfigError(
            f"{flag} is {brief(value)}: it takes a value of type {kind.__name__}{quoted}"
        )
    least, most = limits["least"], limits["most"]
    if kind is float and not abs(value) <= sys.float_info.max:
        raise ConfigError(f"{flag} is {value}: it takes a finite number")
    if least is not None and value < least:
        bound = "above 0" if least == POSITIVE else f"at least {least}"
        raise ConfigError(f"{flag} is {value}: it must be {bound}")
    if most is not None and value > most:
        raise ConfigError(f"{flag} is {value}: it must be at most {most}")
