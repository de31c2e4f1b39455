"""The records of where a new task belongs in a tree."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Neighbour:
    """A known task, and how similar a new one is to it: a cross-half cosine of directions with the
    ends of its 95 % interval, where there is one."""

    task: str
    similarity: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Placed:
    """Where a task went: the ``node`` that most of its episodes, or of their weight, went to; the
    ``shares`` of all candidates; by how much log likelihood the likeliest led on average, where
    that is known; the mean accuracy over its episodes, ``queries`` inputs of a class each, unless
    there was none to spare, of numbers the mean squared error; and the ``nearest`` known tasks,
    nearest first, none where it has too few inputs to say."""

    task: str
    node: str
    shares: dict[str, float]
    margin: float | None
    accuracy: float | None
    episodes: int
    queries: int
    nearest: tuple[Neighbour, ...] = ()
