"""Small tables: is what is planted in a few tasks of a few rows found, and does it pay?

Each table has tasks of five classes. Of two groups, classes of the one are told by the first two
features and of the other by the next two; what does not tell is noise, as wide. ``turned`` hides
this by a rotation of each group's own, and in ``planes`` a class is an axis through the origin, by
which no feature tells it alone. Two have one group, and nothing to find. The last four tell
numbers: ``lines`` by slopes of each task's own, along two features or the next two; ``slopes`` by
nearly the same along all, which the other group has turned about; ``waves`` are slow and fast, of
one feature; ``ripples`` are of one group. Each is grown as ``treemeta train`` does it without
options, and by 1,500 steps asked half way, which suit larger data, or where it takes these already
by fewer. Twenty minutes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator

import treemeta
from benchmarks.measure import workplace
from treemeta.analysis.cuts import agreement

CLASSES, SPREAD, NEAR = 5, 2.0, 0.7  # how far centres lie apart, and rows from their centre
NUMBERS = ("lines", "slopes", "waves", "ripples")  # kinds of tables that tell numbers
PACE = ("meta_steps", "split_every")


@dataclass(frozen=True)
class Table:
    """A table that is made: its tasks, the rows of a class, its features, what hides the two that
    tell, how many groups there are, and the steps it is held against."""

    tasks: int
    rows: int
    features: int
    kind: str = "plain"
    noise: float = SPREAD
    groups: int = 2
    against: tuple[int, int] = (1500, 750)


TABLES = {
    "20 tasks": Table(20, 20, 6),
    "12 tasks": Table(12, 12, 4),
    "40 tasks, less noise": Table(40, 15, 8, noise=0.8),
    "24 tasks, turned": Table(24, 15, 6, "turned"),
    "24 tasks, planes": Table(24, 20, 5, "planes"),
    "20 tasks, one group": Table(20, 20, 6, groups=1),
    "24 tasks, planes, one group": Table(24, 20, 5, "planes", groups=1),
    "40 tasks, lines": Table(40, 30, 6, "lines", noise=0.3),
    "24 tasks, slopes": Table(24, 20, 4, "slopes", noise=0.3),
    "40 tasks, waves": Table(40, 40, 1, "waves", noise=0.1, against=(717, 90)),
    "24 tasks, ripples": Table(24, 20, 4, "ripples", noise=0.1, groups=1),
}


def run() -> list[dict[str, Any]]:
    rows = []
    for name, table in TABLES.items():
        for options in ({}, dict(zip(PACE, table.against, strict=True))):
            rows.append({"table": name} | grown(table, options))
            print(rows[-1], flush=True)
    return rows


def grown(table: Table, options: dict[str, Any]) -> dict[str, Any]:
    data = treemeta.dataset(dict(made(table)))
    with workplace() as folder:
        tree = treemeta.grow(data, options, f"sqlite:///{folder}/registry/mlflow.db").stored
    leaves = tree.leaves()
    groups = {task: task[0] for task in tree.nodes[0].tasks}
    return {
        "meta_steps": tree.config["meta_steps"], "split_every": tree.config["split_every"],
        "leaves": len(leaves),
        "ARI": agreement([leaf.tasks for leaf in leaves], groups) if len(leaves) > 1 else 0.0,
        tree.metric: float(np.mean([*tree.test_accuracy.values()])),
    }  # fmt: skip


def made(table: Table) -> Iterator[tuple[str, Any]]:
    """Yield the tasks of a table, each with its classes, or its rows and their numbers."""
    rng = np.random.default_rng(table.tasks)
    turns = [np.linalg.qr(rng.standard_normal((table.features,) * 2))[0] for _ in "ab"]
    for number in range(table.tasks):
        group = number % table.groups
        if table.kind in NUMBERS:
            yield f"{'ab'[group]}{number:02d}", numbers(table, group, rng)
            continue
        start = rng.uniform(0, np.pi)  # of the first of a task's axes
        classes = {}
        for label in range(CLASSES):
            rows = rng.normal(0, table.noise, (table.rows, table.features))
            told = slice(2 * group, 2 * group + 2)
            rows[:, told] = (
                axis(start + np.pi * label / CLASSES, table.rows, rng)
                if table.kind == "planes"
                else rng.normal(0, SPREAD, 2) + rng.normal(0, NEAR, (table.rows, 2))
            )
            classes[f"class{label}"] = rows @ turns[group] if table.kind == "turned" else rows
        yield f"{'ab'[group]}{number:02d}", classes


def numbers(table: Table, group: int, rng: Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of a task that tells numbers, ``float64[n, features]``, and these."""
    rows = rng.standard_normal((table.rows, table.features))
    if table.kind == "lines":
        told = rows[:, 2 * group : 2 * group + 2] @ rng.standard_normal(2)
    elif table.kind == "slopes":
        slope = np.linspace(-1, 1, table.features)
        told = rows @ ((1 - 2 * group) * slope + rng.normal(0, 0.3, table.features))
    elif table.kind == "ripples":
        along = rows.sum(1) / np.sqrt(table.features)
        told = rng.uniform(0.5, 2) * np.sin(1.5 * along + rng.uniform(0, np.pi))
    else:
        told = rng.uniform(0.5, 2) * np.sin((1.5, 4.0)[group] * rows[:, 0] + rng.uniform(0, np.pi))
    return rows, told + rng.normal(0, table.noise, table.rows)


def axis(angle: float, rows: int, rng: Generator) -> np.ndarray:
    """Return points on either side of the origin about an axis, ``float64[rows, 2]``."""
    angles = angle + rng.uniform(-0.3, 0.3, rows) * np.pi / CLASSES
    lengths = rng.uniform(0.8, 1.6, rows) * rng.choice([-1, 1], rows)
    return lengths[:, None] * np.column_stack([np.cos(angles), np.sin(angles)])
