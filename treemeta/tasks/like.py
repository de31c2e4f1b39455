"""What new rows must be like for a tree of rows, and tables of new tasks that are so."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from treemeta.errors import DataError, some_of
from treemeta.tasks.cache import Pack
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.table import read_table
from treemeta.tasks.units import Units


@dataclass(frozen=True)
class Like:
    """What rows must be for a tree: of so many features as its ``units`` have, and told apart by
    ``numbers`` or by classes."""

    units: Units
    numbers: bool


def like(dataset: Dataset) -> Like:
    """Return what new rows must be like for a tree that was grown on a data set of rows."""
    assert dataset.units is not None
    return Like(dataset.units, dataset.targets is not None)


def read_new(path: Path, wanted: Like) -> Pack:
    """Read a table of new tasks, to be packed in the units that are wanted; raises ``DataError``
    for one that is not as wanted."""
    pack = read_table(path)
    check_told(path, bool(pack.targets), wanted)
    order = order_of(pack.features, path, wanted)
    classes = [(task, label, rows[:, order]) for task, label, rows in pack.classes]
    return replace(pack, classes=classes, units=wanted.units)


def order_of(names: Sequence[str], path: Path, wanted: Like) -> list[int]:
    """Return where the features that are wanted stand among those of a table: they are found by
    their names, or else, where those of the tree are not known, stand as they stood. Raises
    ``DataError`` for a table that has others."""
    known, width = wanted.units.names, len(wanted.units.means)
    strange, missing = sorted(set(names) - set(known)), sorted(set(known) - set(names))
    if known and strange and missing:
        raise DataError(
            f"table {path} has features called {some_of(strange)}, where those of the tree's "
            f"rows are {some_of(missing)}: give them the same names"
        )
    if len(names) != width:
        way = f"leave out {some_of(strange)}" if strange else f"add {some_of(missing)}"
        raise DataError(
            f"table {path} has {len(names)} features, and the rows that the tree was grown on have "
            f"{width}: {way if known else 'give these, in the same order'}"
        )
    return [names.index(name) for name in known] if known else list(range(width))


def check_told(path: Path, numbers: bool, wanted: Like) -> None:
    """Raise ``DataError`` for a table that is told apart otherwise than is wanted."""
    if numbers != wanted.numbers:
        has, takes = ("target", "class") if numbers else ("class", "target")
        tells = "numbers" if wanted.numbers else "classes"
        raise DataError(
            f"table {path} has the column {has}, and the tree tells {tells}: give it the column "
            f"{takes}"
        )
