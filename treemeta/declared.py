"""Configs from layers of options: those of a TOML file, and those that are given beside it."""

from dataclasses import fields
from pathlib import Path
from typing import Any

from treemeta.config import Config
from treemeta.defaults import AUTO
from treemeta.errors import ConfigError, brief, nearest, way_beside
from treemeta.option import check_value, is_given

KNOWN = {one.name: one for one in fields(Config) if is_given(one)}
SHARES = ("held_out",)  # texts that may be a share, and so a number
# What belongs together, for a reader of a help or of a file.
SECTIONS: dict[str, tuple[str, ...]] = {
    "data": ("dataset", "split", "task_split", "held_out", "transform", "questions", "size",
             "channels", "targets"),
    "episodes": ("ways", "shots", "queries", "augment"),
    "network": ("network", "filters", "norm"),
    "learning": ("arm", "learner", "seed", "meta_steps", "meta_batch_size", "meta_step_size",
                 "meta_step_size_end", "focus", "surgery", "inner_steps", "inner_batch_size",
                 "inner_lr", "inner_optimizer"),
    "splitting": ("rule", "gate", "split_every", "max_depth", "max_children", "min_tasks",
                  "direction", "probe_episodes", "deals", "level", "resamples", "min_stability",
                  "share"),
    "routing": ("route", "mix", "candidates"),
    "evaluation": ("node_episodes", "test_episodes", "eval_every", "eval_inner_steps",
                   "transductive"),
}  # fmt: skip


def read_config(path: Path) -> dict[str, Any]:
    """Return the options a TOML file sets; its sections are for the reader and mean nothing."""
    import tomllib  # here, as every help needs the rest of this module

    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        way = way_beside(path, "name a TOML file of options")
        raise ConfigError(f"config {path} cannot be read ({error.strerror}): {way}") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"config {path} is not TOML: {error}") from error
    options: dict[str, Any] = {}
    for key, value in table.items():
        for name, setting in (value if isinstance(value, dict) else {key: value}).items():
            check_option(f"config {path}", name)
            setting = _as_text(name, setting)
            if name in options:
                raise ConfigError(f"config {path} sets {name!r} twice: keep one")
            if (setting, KNOWN[name].default) != (AUTO, AUTO):
                _check(path, name, setting)
            options[name] = setting
    return options


def check_option(what: str, name: str) -> None:
    """Raise ``ConfigError`` unless something, called ``what``, sets an option that there is."""
    if name not in KNOWN:
        near = nearest(name, KNOWN)
        way = f"did you mean {near!r}?" if near else "see treemeta train --help"
        raise ConfigError(f"{what} sets {brief(name)}, which is no option: {way}")


def _as_text(name: str, value: Any) -> Any:
    """Return a share as text, where an option takes it so; all else as it is."""
    return str(value) if name in SHARES and type(value) in (int, float) else value


def _check(path: Path, name: str, setting: Any) -> None:
    try:
        check_value(name, setting, KNOWN[name].type, KNOWN[name].metadata)
    except ConfigError as error:
        raise ConfigError(f"config {path}: {error}") from error


def config_text(config: Config) -> str:
    """Return a config as a TOML file that ``read_config`` reads to the same; what its data have yet
    to say stays open in it."""
    import tomli_w

    return tomli_w.dumps(
        {
            section: {name: getattr(config, name) for name in names}
            for section, names in SECTIONS.items()
        }
    )


def _plain(name: str, value: Any) -> Any:
    """Return a number of numpy's as Python's, all else as it is; raise for an array of many, and
    for what nobody can say of whether it is itself, such as pandas' NA."""
    plain = value.item() if hasattr(value, "item") and not getattr(value, "ndim", 0) else value
    if not isinstance(plain == plain, bool):
        flag = "--" + name.replace("_", "-")
        raise ConfigError(f"{flag} is {brief(value)}: it takes one value, and no array")
    return plain


def make_config(*layers: dict[str, Any]) -> Config:
    """Return the defaults overlaid by each layer in turn; ``None`` means not given."""
    config: dict[str, Any] = {}
    for layer in layers:
        given = {name: _plain(name, one) for name, one in layer.items() if one is not None}
        config |= {name: _as_text(name, value) for name, value in given.items()}
    return Config(**config)
