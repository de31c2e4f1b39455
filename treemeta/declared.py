"""Configs from layers of options: those of a TOML file, and those that are given beside it."""

import tomllib
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from treemeta.config import Config
from treemeta.errors import ConfigError


def read_config(path: Path) -> dict[str, Any]:
    """Return the options a TOML file sets; its sections are for the reader and mean nothing."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"config {path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"config {path} is not TOML: {error}") from error
    known = {one.name for one in fields(Config)}
    options: dict[str, Any] = {}
    for key, value in table.items():
        for name, setting in (value if isinstance(value, dict) else {key: value}).items():
            if name not in known:
                raise ConfigError(
                    f"config {path} sets {name!r}, which is no option{_nearest(name, known)}"
                )
            if name in options:
                raise ConfigError(f"config {path} sets {name!r} twice: keep one")
            options[name] = setting
    return options


def _nearest(name: str, known: set[str]) -> str:
    close = get_close_matches(name, known, n=1)
    return f": did you mean {close[0]!r}?" if close else ": see treemeta train --help"


def make_config(*layers: dict[str, Any]) -> Config:
    """Return the defaults overlaid by each layer in turn; ``None`` means not given."""
    config: dict[str, Any] = {}
    for layer in layers:
        config |= {name: value for name, value in layer.items() if value is not None}
    return Config(**config)
