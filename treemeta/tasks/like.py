"""What new rows must be like for a tree of rows, and tables of new tasks that are so."""

from dataclasses import dataclass, replace
from pathlib import Path

from treemeta.errors import DataError
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
    check_width(path, pack.classes[0][2].shape[1], wanted)
    return replace(pack, units=wanted.units)


def check_width(path: Path, features: int, wanted: Like) -> None:
    """Raise ``DataError`` for a table of another number of features than is wanted."""
    if features != (known := len(wanted.units.means)):
        raise DataError(
            f"table {path} has {features} features, and the rows that the tree was grown on have "
            f"{known}: give these, in the same order"
        )


def check_told(path: Path, numbers: bool, wanted: Like) -> None:
    """Raise ``DataError`` for a table that is told apart otherwise than is wanted."""
    if numbers != wanted.numbers:
        has, takes = ("target", "class") if numbers else ("class", "target")
        tells = "numbers" if wanted.numbers else "classes"
        raise DataError(
            f"table {path} has the column {has}, and the tree tells {tells}: give it the column "
            f"{takes}"
        )
