"""Tasks that a program gives: classes of inputs, or inputs with the numbers to tell."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from treemeta.errors import DataError
from treemeta.tasks.functions import POINTS
from treemeta.tasks.given import as_class, as_inputs, as_numbers
from treemeta.tasks.given_table import in_order, names_of

LAYOUT = "{task: {class: inputs}}, or {task: (inputs, targets)} where tasks tell numbers"
FEW = 10  # different numbers that may be classes by another name


@dataclass(frozen=True)
class Given:
    """A class: its inputs and, where tasks tell numbers, theirs, ``float64[n]``."""

    task: str
    label: str
    inputs: np.ndarray
    targets: np.ndarray | None

    @property
    def names(self) -> tuple[str, str]:
        """The names of its task and its own."""
        return self.task, self.label


def names_in(tasks: Mapping[Any, Any]) -> tuple[str, ...]:
    """Return what the features are called, by the first inputs, if they are a pandas table."""
    if not isinstance(tasks, Mapping) or not tasks:
        raise DataError(f"a data set of arrays has no tasks: give {LAYOUT}")
    held = next(iter(tasks.values()))
    inputs = (
        held[:1] if isinstance(held, tuple) else held.values() if isinstance(held, Mapping) else ()
    )
    return names_of(next(iter(inputs), None))


def classes_in(tasks: Mapping[Any, Any], names: tuple[str, ...]) -> list[Given]:
    """Return all classes, by their names, with features in the order of those ``names``; raise
    ``DataError`` for what is no class."""
    given = [one for name, task in tasks.items() for one in _classes_of(_text(name), task, names)]
    return sorted(given, key=lambda one: one.names)


def _classes_of(task: str, held: Any, names: tuple[str, ...]) -> Iterator[Given]:
    if isinstance(held, Mapping) and held:
        for label, values in held.items():
            what = f"class {_text(label)!r} of task {task!r}"
            yield Given(task, str(label), as_class(_ordered(values, names, what), what), None)
    elif isinstance(held, tuple) and len(held) == 2:
        what = f"task {task!r}"
        inputs = as_inputs(_ordered(held[0], names, what), what)
        told = as_numbers(held[1], len(inputs), f"what task {task!r} is to tell")
        yield Given(task, POINTS, inputs, told)
    else:
        raise DataError(f"task {task!r} is neither classes nor inputs with targets: give {LAYOUT}")


def _text(name: Any) -> str:
    """Return the name of a task or a class; raise ``DataError`` for one that no file can hold."""
    text = str(name)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise DataError(f"the name {text!r} is no text in UTF-8: rename it") from error
    return text


def _ordered(values: Any, names: tuple[str, ...], what: str) -> Any:
    """Return inputs with their columns in the order of names; raise ``DataError`` where one has
    names and another has none, as nobody knows whether their columns are the same."""
    found = in_order(values, names, what)
    if bool(names_of(values)) != bool(names):
        has, others = ("has", "have none") if names_of(values) else ("has no", "have some")
        raise DataError(
            f"{what} {has} names of columns, and the first inputs {others}: give tables of pandas "
            "everywhere, or arrays (to_numpy)"
        )
    return found


def may_be_classes(tasks: Mapping[Any, Any]) -> bool:
    """Return whether what tasks tell are a few different integers, as which others give classes."""
    told = [np.asarray(held[1]) for held in tasks.values() if isinstance(held, tuple)]
    if not told or any(one.dtype.kind not in "iu" for one in told):
        return False
    return len(np.unique(np.concatenate(told))) <= FEW
