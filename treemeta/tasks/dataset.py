"""A data set: inputs of classes, classes of tasks, and what is known of the tasks' true lineage."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from pathlib import Path

import numpy as np

from treemeta.errors import ConfigError, DataError, brief, counted
from treemeta.tasks.units import Units

ROLES = ("train", "test")


@dataclass(frozen=True)
class Task:
    """A named set of classes, given by their positions in the data set; an episode is drawn
    from one task."""

    name: str
    classes: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Dataset:
    """Packed inputs and the tasks they belong to.

    ``images`` is ``uint8[n, side, side]``, ink 255 on 0, in colour ``uint8[n, side, side, 3]``; of
    a table it is ``float32[n, features]``, in ``units`` of its own. The inputs of class ``c`` are
    ``images[starts[c]:starts[c + 1]]``. Where tasks are to tell numbers, not classes, each has but
    one class, and ``targets`` is ``float32[n]``. ``roles`` says train or test,
    ``lineage`` the true descent (root first) where it is known; both are keyed by task name.
    ``shared`` names the tasks whose classes mean the same in each other, such as styles: a class is
    then called ``TASK/LABEL``, and tasks of the same labels ask the same. ``labels`` says what else
    is known of the images, for each kind a word an image; ``licences`` what parts of them come
    with; ``about`` how files of images were read, ``told`` what of them was left out or may
    surprise, a sentence each.
    """

    name: str
    path: Path
    images: np.ndarray
    starts: tuple[int, ...]
    class_names: tuple[str, ...]
    tasks: dict[str, Task]
    roles: dict[str, str]
    lineage: dict[str, tuple[str, ...]]
    fingerprint: str
    shared: frozenset[str] = frozenset()
    labels: dict[str, tuple[str, ...]] = field(default_factory=dict)
    licences: dict[str, str] = field(default_factory=dict)
    targets: np.ndarray | None = None
    units: Units | None = None
    about: str = ""
    told: tuple[str, ...] = ()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Dataset):
            return NotImplemented
        pairs = ((getattr(self, one.name), getattr(other, one.name)) for one in fields(Dataset))
        return self.fingerprint == other.fingerprint and all(
            np.array_equal(mine, theirs)
            if isinstance(mine, np.ndarray) or isinstance(theirs, np.ndarray)
            else mine == theirs
            for mine, theirs in pairs
        )

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __repr__(self) -> str:
        held = sum(role == "test" for role in self.roles.values())
        shape = " x ".join(map(str, self.images.shape[1:]))
        return (
            f"Dataset {self.name!r}: {len(self.tasks)} tasks, {held} held out, "
            f"{len(self.class_names)} classes, {len(self.images)} {self.things} of {shape}"
        )

    @property
    def shape(self) -> tuple[int, ...]:
        """The channels and the pixels a side of an image, or the features of a row."""
        if not self.has_images:
            return (self.images.shape[1],)
        return (1 if self.images.ndim == 3 else self.images.shape[3]), self.images.shape[1]

    @property
    def has_images(self) -> bool:
        """Whether inputs are images, which can be shown."""
        return self.images.ndim > 2

    @property
    def things(self) -> str:
        """What inputs are called: images, or rows."""
        return "images" if self.has_images else "rows"

    @property
    def unit(self) -> float:
        """What a mark of 1 is in the data's own units: of numbers, the variance of all targets."""
        return self.units.target_deviation**2 if self.targets is not None and self.units else 1.0

    def drawings(self, class_position: int) -> int:
        """Return how many images a class has."""
        return self.starts[class_position + 1] - self.starts[class_position]

    @property
    def trained_on(self) -> int:
        """How many images or rows the tasks to train on have."""
        return sum(self.drawings(one) for task in self.select("train") for one in task.classes)

    def select(self, which: str) -> list[Task]:
        """Return the tasks of a role (``train``, ``test``) or ``all``, sorted by name."""
        return [
            self.tasks[name]
            for name in sorted(self.tasks)
            if which == "all" or self.roles[name] == which
        ]


def too_small(dataset: Dataset, ways: int, drawings: int) -> list[str]:
    """Return the names of the tasks that cannot fill an episode of ``ways`` classes x ``drawings``
    images."""
    return [
        name
        for name, task in sorted(dataset.tasks.items())
        if len(task.classes) < ways
        or any(dataset.drawings(position) < drawings for position in task.classes)
    ]


def check_enough(dataset: Dataset, tasks: Iterable[Task], ways: int, drawings: int) -> None:
    """Raise unless every task can fill an episode of ``ways`` classes x ``drawings`` images."""
    for task in tasks:
        if len(task.classes) < ways:
            has = counted(len(task.classes), "class")
            raise DataError(
                f"task {task.name!r} of {dataset.name} has {has}, but an episode takes {ways}: "
                f"{_fewer_ways(len(task.classes))}"
            )
        for position in task.classes:
            if dataset.drawings(position) < drawings:
                has = counted(dataset.drawings(position), dataset.things[:-1])
                raise DataError(
                    f"class {dataset.class_names[position]!r} of {dataset.name} has {has}, but an "
                    f"episode takes {drawings} (shots + queries): lower --shots or --queries, or "
                    f"add {dataset.things}"
                )


def _fewer_ways(classes: int) -> str:
    return f"say --ways {classes}, or leave the task out" if classes > 1 else "leave the task out"


def check_seen(dataset: Dataset, tasks: Iterable[Task], ways: int, shots: int) -> None:
    """Raise where the images of a task are one and the same, or where so many are blank that the
    support of an episode may show nothing at all."""
    for task in tasks:
        images = [dataset.images[slice(*dataset.starts[one : one + 2])] for one in task.classes]
        if all((each == images[0][0]).all() for each in images):
            raise DataError(
                f"all {dataset.things} of task {task.name!r} of {dataset.name} are one and the "
                "same: nothing tells its classes apart, leave it out"
            )
        if not dataset.has_images:  # a row of noughts is one that is usual in everything
            continue
        blank = [(~each.any(axis=tuple(range(1, each.ndim)))).sum() >= shots for each in images]
        if sum(blank) >= ways:
            raise DataError(
                f"{sum(blank)} classes of task {task.name!r} of {dataset.name} have {shots} blank "
                "images or more, so that an episode may show nothing: leave these images out"
            )


def check_which(which: str) -> None:
    """Raise unless ``which`` names a role or ``all``."""
    if which not in (*ROLES, "all"):
        raise ConfigError(f"--tasks is {brief(which)}: choose train, test or all")
