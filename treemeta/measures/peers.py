"""What a measure is held beside: other directions at the same init, task2vec and mean images."""

from dataclasses import replace
from typing import get_args

from treemeta.config import Config
from treemeta.errors import ConfigError
from treemeta.measures.similarity import Similarity
from treemeta.measures.subject import Subject, measure

OTHERS = ("task2vec", "pixels")


def peers_of(name: str, subject: Subject) -> list[Similarity]:
    """Return what other measures tell of what one was asked about; directions that are not
    the tree's own are called by their kind."""
    directions = []
    for kind in other_directions(subject.config):
        asked = replace(subject, direction=kind, open_engine=lambda: subject.engine)
        directions.append(replace(measure("direction", asked), measure=f"direction, {kind}"))
    return directions + [measure(other, subject) for other in OTHERS if other != name]


def other_directions(config: Config) -> list[str]:
    """Return the directions that a config could have asked for instead of its own."""
    kinds = get_args(Config.__annotations__["direction"])
    return [kind for kind in kinds if kind != config.direction and _fits(config, kind)]


def _fits(config: Config, kind: str) -> bool:
    try:
        replace(config, direction=kind)  # type: ignore[arg-type]
    except ConfigError:
        return False
    return True
