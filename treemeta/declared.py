"""Configs from layers of options: those of a TOML file, and those that are given beside it."""

import tomllib
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from treemeta.config import Config
from treemeta.defaults import AUTO
from treemeta.errors import ConfigError
from treemeta.option import check_value, is_given

KNOWN = {one.name: one for one in fields(Config) if is_given(one)}


def read_config(path: Path) -> dict[str, Any]:
    """Return the options a TOML file sets; its sections are for the reader and mean nothing."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"config {path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"config {path} is not TOML: {error}") from error
    options: dict[str, Any] = {}
    for key, value in table.items():
        for name, setting in (value if isinstance(value, dict) else {key: value}).items():
            check_option(f"config {path}", name)
            if name in options:
                raise ConfigError(f"config {path} sets {name!r} twice: keep one")
            if (setting, KNOWN[name].default) != (AUTO, AUTO):
                _check(path, name, setting)
            options[name] = setting
    return options


def check_option(what: str, name: str) -> None:
    """Raise ``ConfigError`` unless something, called ``what``, sets an option that there is."""
    if name not in KNOWN:
        raise ConfigError(f"{what} sets {name!r}, which is no option{_nearest(name)}")


def _check(path: Path, name: str, setting: Any) -> None:
    try:
        check_value(name, setting, KNOWN[name].type, KNOWN[name].metadata)
    except ConfigError as error:
        raise ConfigError(f"config {path}: {error}") from error


def _nearest(name: str) -> str:
    close = get_close_matches(name, KNOWN, n=1)
    return f": did you mean {close[0]!r}?" if close else ": see treemeta train --help"


def make_config(*layers: dict[str, Any]) -> Config:
    """Return the defaults overlaid by each layer in turn; ``None`` means not given."""
    config: dict[str, Any] = {}
    for layer in layers:
        config |= {name: value for name, value in layer.items() if value is not None}
    return Config(**config)
