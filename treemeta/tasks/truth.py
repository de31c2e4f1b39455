"""What is known of how tasks descend: the truth that clusters are held against."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from treemeta.errors import ConfigError, DataError
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.omniglot import script_rows

LEVELS = ("family", "subfamily")
ARROW = " > "


@dataclass(frozen=True)
class Truth:
    """One reading of how tasks descend, by task name: ``about`` says how it differs from others,
    ``families`` and ``subfamilies`` are groups, ``lineage`` the named ancestors, root first."""

    name: str
    about: str
    families: dict[str, str]
    subfamilies: dict[str, str]
    lineage: dict[str, tuple[str, ...]]

    def groups(self, level: str) -> dict[str, str]:
        """Return the groups of one of ``LEVELS``."""
        return self.families if level == "family" else self.subfamilies

    def among(self, tasks: set[str], name: str, about: str) -> "Truth":
        """Return the same for some of the tasks only, under another name."""
        return Truth(
            name,
            about,
            {task: group for task, group in self.families.items() if task in tasks},
            {task: group for task, group in self.subfamilies.items() if task in tasks},
            {task: group for task, group in self.lineage.items() if task in tasks},
        )


def builtin_truths(dataset: Dataset) -> tuple[Truth, ...]:
    """Return what is known of a data set's tasks, for Omniglot in four readings.

    Raises ``DataError`` where nothing is known.
    """
    if dataset.name == "omniglot":
        return omniglot_truths()
    if not knows_families(dataset):
        raise DataError(
            f"nothing is known of how the tasks of {dataset.name} descend: name a table with "
            "columns task and family by --truth"
        )
    return (of_lineage(dataset.lineage),)


def knows_families(dataset: Dataset) -> bool:
    """Return whether anything is known of how a data set's tasks descend."""
    return dataset.name == "omniglot" or bool(dataset.lineage)


def of_lineage(lineage: Mapping[str, tuple[str, ...]], name: str = "known families") -> Truth:
    """Return the truth in which the first ancestor is the family and the first two together are the
    subfamily."""
    known = {task: steps for task, steps in lineage.items() if steps}
    return Truth(
        name,
        "",
        {task: steps[0] for task, steps in known.items()},
        {task: ARROW.join(steps[:2]) for task, steps in known.items()},
        dict(known),
    )


def omniglot_truths() -> tuple[Truth, ...]:
    """Return four readings of the package's table of scripts.

    All 50 alphabets; without the invented ones, which descend from nothing; with the Brahmic
    scripts cut loose from Aramaic, a descent that is contested; and with every contested family and
    lineage replaced by its alternative.
    """
    rows = {row["alphabet"]: row for row in script_rows()}
    whole = Truth(
        "families of scripts",
        "",
        {task: row["family"] for task, row in rows.items()},
        {task: row["subfamily"] for task, row in rows.items()},
        {task: _steps(row["lineage"]) for task, row in rows.items()},
    )
    natural = {task for task, row in rows.items() if row["origin"] == "natural"}
    loose = {task: _below(steps, "Brahmi") for task, steps in whole.lineage.items()}
    contested = replace(
        whole,
        name="contested families",
        about="where descent is contested, the other reading",
        families={task: row["family_alt"] for task, row in rows.items()},
        lineage={task: _steps(row["alt_lineage"] or row["lineage"]) for task, row in rows.items()},
    )
    return (
        whole,
        whole.among(natural, "natural scripts", "without the ten that were invented"),
        replace(
            whole,
            name="Brahmic cut loose",
            about="the same families, but Brahmi descends from nothing: triplets differ",
            lineage=loose,
        ),
        contested,
    )


def _steps(text: str) -> tuple[str, ...]:
    return tuple(text.split(ARROW))


def _below(steps: tuple[str, ...], root: str) -> tuple[str, ...]:
    return steps[steps.index(root) :] if root in steps else steps


def read_truth(path: Path) -> Truth:
    """Return the truth in a csv file: columns ``task`` and ``family``, if known ``subfamily`` and
    ``lineage`` (ancestors root first, " > " between them).

    Raises ``ConfigError`` for a file that cannot be opened and ``DataError`` for what is in it.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise ConfigError(f"--truth {path}: {error.strerror}; name another file") from error
    except (ValueError, csv.Error) as error:
        raise DataError(f"--truth {path} cannot be read as csv: name another file") from error
    if not rows:
        raise DataError(f"--truth {path} has no rows: give every task one")
    if not {"task", "family"} <= rows[0].keys():
        raise DataError(f"--truth {path} has no columns task and family: add them")
    lineages: dict[str, tuple[str, ...]] = {}
    subfamilies: dict[str, str] = {}
    for row in rows:
        task, family = (row["task"] or "").strip(), (row["family"] or "").strip()
        if not task or not family:
            raise DataError(f"--truth {path} has a row without task or family: complete it")
        if task in lineages:
            raise DataError(f"--truth {path} tells of task {task!r} twice: keep one row")
        sub = (row.get("subfamily") or "").strip()
        steps = (family, sub) if sub else (family,)
        lineages[task] = _steps(row["lineage"]) if (row.get("lineage") or "").strip() else steps
        subfamilies[task] = sub or family
    families = {(row["task"] or "").strip(): (row["family"] or "").strip() for row in rows}
    return Truth(path.name, "", families, subfamilies, lineages)
