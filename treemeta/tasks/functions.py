"""Functions of two numbers, of six families: regression with a known truth.

The families are those of Yao et al. (2020, *Automated Relational Meta-learning*, section 4.1), in
their ranges; a task is one function, seen at points with noise on their values.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
from numpy.random import Generator

from treemeta.errors import ConfigError
from treemeta.randomness import generator
from treemeta.tasks.cache import Pack
from treemeta.tasks.counts import spelled

VERSION = 2  # of the functions; packs of another are not used
REACH = 5.0  # inputs lie within this of nought
POINTS = "points"  # the name of a task's only class


@dataclass(frozen=True)
class FunctionCounts:
    """How many functions of each family are trained on and held out, the points of each, and the
    standard deviation of their noise."""

    functions: int = 50
    held_out: int = 20
    points: int = 200
    noise: float = 0.3
    seed: int = 0

    def __post_init__(self) -> None:
        for one in fields(self):
            value, least = getattr(self, one.name), int(one.name in ("functions", "points"))
            if not least <= value < 10_000:
                raise ConfigError(f"functions:{one.name}={value} must be from {least} to 9999")

    def label(self) -> str:
        """Return the name that stands for these counts, as ``--dataset`` takes it."""
        return spelled("functions", self)


@dataclass(frozen=True)
class Family:
    """Functions of one formula: the ranges of its numbers, and its values for these at inputs
    ``float[n]`` each; of a family of one input, the second is 1."""

    ranges: tuple[tuple[float, float], ...]
    values: Callable[..., np.ndarray]
    inputs: int = 1


FAMILIES = {
    "sinusoid": Family(
        ((0.1, 5), (0, 2 * np.pi), (0.8, 1.2)), lambda p, x, _: p[0] * np.sin(p[2] * x + p[1])
    ),
    "line": Family(((-3, 3), (-3, 3)), lambda p, x, _: p[0] * x + p[1]),
    "quadratic": Family(
        ((-0.2, 0.2), (-2, 2), (-3, 3)), lambda p, x, _: np.polyval(p, x)
    ),
    "cubic": Family(
        ((-0.1, 0.1), (-0.2, 0.2), (-2, 2), (-3, 3)), lambda p, x, _: np.polyval(p, x)
    ),
    "paraboloid": Family(((-1, 1), (-1, 1)), lambda p, x, z: p[0] * x**2 + p[1] * z**2, 2),
    "ripple": Family(
        ((-0.2, 0.2), (-3, 3)), lambda p, x, z: np.sin(-p[0] * (x**2 + z**2)) + p[1], 2
    ),
}  # fmt: skip


def make_functions(counts: FunctionCounts) -> Pack:
    """Draw the whole data set; the last functions of each family are held out."""
    pack = Pack([], {}, {})
    for name, family in FAMILIES.items():
        for number in range(counts.functions + counts.held_out):
            task = f"{name}{number + 1:04d}"
            inputs, values = seen(counts, family, generator(counts.seed, "function", task))
            pack.classes.append((task, POINTS, inputs))
            pack.targets[task, POINTS] = values
            pack.roles[task] = "train" if number < counts.functions else "test"
            pack.lineage[task] = (name,)
    return pack


def seen(counts: FunctionCounts, family: Family, rng: Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return the points of a drawn function, ``float64[points, 2]``, and its values there,
    ``float64[points]``, with their noise: a table of them says the same numbers."""
    numbers = [rng.uniform(*ends) for ends in family.ranges]
    inputs = rng.uniform(-REACH, REACH, (counts.points, 2))
    inputs[:, family.inputs :] = 1
    exact = family.values(numbers, *inputs.T)
    return inputs, exact + counts.noise * rng.standard_normal(counts.points)
