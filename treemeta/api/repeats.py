"""Which arms are compared, by which config, and how often: what can be told before any work."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from treemeta.analysis.comparison import ARMS
from treemeta.config import Config
from treemeta.declared import make_config
from treemeta.errors import ConfigError, brief, way_out


def chosen_arms(arms: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the arms that are named, as ``A,B`` or each by itself, in their usual order; without
    any, all but own. Raises ``ConfigError`` for what is none, or is named twice."""
    if arms is None:
        return ARMS[:-1]
    if not isinstance(arms, Sequence):
        raise ConfigError(f"--arms is {brief(arms)}: give names, as A,B or a list of them")
    named = [one.strip() for one in arms.split(",")] if isinstance(arms, str) else list(arms)
    for arm in named:
        if arm not in ARMS:
            raise ConfigError(f"--arms names {arm!r}, which is none: {way_out(arm, ARMS)}")
        if named.count(arm) > 1:
            raise ConfigError(f"--arms names {arm!r} {named.count(arm)} times: name it once")
    return tuple(arm for arm in ARMS if arm in named)


def chosen_config(declared: Mapping[str, Any], given: Mapping[str, Any]) -> Config:
    """Return the config of the tree."""
    if "arm" in given:
        raise ConfigError("--arm is one of what compare compares: name them all with --arms")
    return make_config({**declared}, {**given, "arm": "tree"})


def curved(config: Config) -> Config:
    """Return a config whose tree's way is examined three times between two questions."""
    return replace(config, eval_every=max(1, config.split_every // 3))


def chosen_numbers(
    count: int | None, name: str, given: Mapping[str, Any], config: Config
) -> tuple[int, ...]:
    """Return the numbers 0 to ``count - 1`` of what ``name`` counts, ``seed`` or ``task_split``, or
    the config's own."""
    if count is None:
        return (getattr(config, name),)
    option, words = name.replace("_", "-"), name.replace("_", " ")
    if type(count) is not int or count < 1:  # a program may give anything
        raise ConfigError(f"--{option}s is {brief(count)}: give a whole number, 1 or more")
    if name in given:
        raise ConfigError(f"--{option}s {count} says all {words}s: leave --{option} out")
    return tuple(range(count))
