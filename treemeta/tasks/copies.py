"""Every task twice, as drawn and as a transform makes it: a difference that was planted."""

import numpy as np

from treemeta.errors import DataError
from treemeta.tasks.cache import Pack
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.transform import Transform, transform_classes

AS_DRAWN = "as drawn"


def add_copies(base: Dataset, transform: Transform) -> Pack:
    """Return all tasks of a data set and a copy ``TASK (thick 1.5)`` of each, in its role.

    The lineage begins with what was planted. Raises ``DataError`` where a copy's name is taken or
    nothing is left to see in one of its images.
    """
    label = transform.label()
    pack = Pack([], {}, {}, licences=base.licences, about=base.about, told=base.told)
    wiped = 0
    for name, task in base.tasks.items():
        copy = copy_name(name, transform)
        if copy in base.tasks:
            raise DataError(
                f"{base.name} has a task {copy!r} already, so its copy of {name!r} would be a "
                "second one: rename it or take another --transform"
            )
        labels = [base.class_names[c].removeprefix(f"{name}/") for c in task.classes]
        drawn = [base.images[base.starts[c] : base.starts[c + 1]] for c in task.classes]
        made = transform_classes(transform, drawn)
        wiped += sum(_wiped(*pair) for pair in zip(drawn, made, strict=True))
        for one, images, descent in ((name, drawn, AS_DRAWN), (copy, made, label)):
            pack.classes.extend((one, *rest) for rest in zip(labels, images, strict=True))
            pack.roles[one] = base.roles[name]
            pack.lineage[one] = (descent, *base.lineage.get(name, ()))
    if wiped:
        raise DataError(
            f"--transform {transform.kind}:{transform.strength:g} leaves nothing to see in {wiped} "
            f"of the {len(base.images)} images of {base.name}: take another strength"
        )
    return pack


def copy_name(task: str, transform: Transform) -> str:
    """Return what the copy of a task is called."""
    return f"{task} ({transform.label()})"


def _wiped(drawn: np.ndarray, made: np.ndarray) -> int:
    """Return how many images are all one grey and were not before."""
    before, after = (np.ptp(images, axis=(1, 2)) for images in (drawn, made))
    gone = (before > 0) & (after == 0)
    return int(gone.reshape(len(gone), -1).all(1).sum())
