"""How many of everything a made data set has: ``NAME:key=number,...`` as ``--dataset`` takes it."""

from dataclasses import asdict, replace
from typing import Any, TypeVar

from treemeta.errors import ConfigError

Counts = TypeVar("Counts")


def parse_counts(text: str, usual: Counts) -> Counts:
    """Return a record of numbers, that of ``usual`` where the text does not name another."""
    counts: Any = usual
    kinds = {name: type(value) for name, value in asdict(counts).items()}
    given: set[str] = set()
    for setting in (part for part in text.partition(":")[2].split(",") if part):
        name, _, value = setting.partition("=")
        if name not in kinds:
            raise ConfigError(f"--dataset {text!r}: {name!r} is none of {', '.join(kinds)}")
        if name in given:
            raise ConfigError(f"--dataset {text!r} sets {name} twice: keep one")
        given.add(name)
        try:
            counts = replace(counts, **{name: kinds[name](value)})
        except ValueError as error:
            raise ConfigError(
                f"--dataset {text!r}: {name} takes a number, not {value!r}"
            ) from error
    return counts


def spelled(name: str, counts: Any) -> str:
    """Return the text that stands for counts."""
    return f"{name}:" + ",".join(f"{key}={value}" for key, value in asdict(counts).items())
