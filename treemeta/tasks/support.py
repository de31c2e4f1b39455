"""What a model is asked: a support of labelled inputs, and queries whose labels nobody knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from treemeta.errors import DataError
from treemeta.tasks.image_file import read_file
from treemeta.tasks.images import Reading, read_image, shrink
from treemeta.tasks.layout import SUFFIXES, images_in, lay_out_classes
from treemeta.tasks.load import inputs_of
from treemeta.tasks.survey import survey


@dataclass(frozen=True)
class Labelled:
    """A support: the names of its classes, its inputs ``Tensor[n, *shape]``, and of each input the
    position of its class, ``int64[n]``. A class may have any number of inputs. Where numbers are to
    be told there are no classes, and labels are ``float32[n]``."""

    classes: tuple[str, ...]
    inputs: Tensor
    labels: Tensor


@dataclass(frozen=True)
class Queries:
    """What is asked: inputs ``Tensor[n, *shape]``, each with a name, or a number of its own."""

    names: Sequence[str] | Sequence[int]
    inputs: Tensor


def labelled(inputs: Tensor, names: Sequence[str]) -> Labelled:
    """Return a support of inputs ``Tensor[n, *shape]`` and the name of each one's class; classes
    are sorted by their names. Raises ``DataError`` for fewer than two."""
    classes = sorted(set(names))
    if len(classes) < 2:
        raise DataError(
            f"the support has {len(classes)} class ({', '.join(map(repr, classes)) or 'none'}): "
            "give two or more"
        )
    place = {name: at for at, name in enumerate(classes)}
    return Labelled(tuple(classes), inputs, torch.tensor([place[name] for name in names]))


def read_support(path: Path, shape: tuple[int, ...]) -> tuple[Labelled, Reading]:
    """Read a folder ``class/image`` as inputs of a shape: channels, pixels a side. Return beside
    them how they were read, which is how their queries are to be."""
    files = lay_out_classes(path).files
    reading = survey(files).reading
    return labelled(_inputs(files, shape, reading), [file.parts[-2] for file in files]), reading


def read_queries(path: Path, shape: tuple[int, ...], reading: Reading) -> Queries:
    """Read a folder of images, flat or nested, or one image; names are paths below the folder."""
    if path.is_file():
        return Queries((path.name,), _inputs([path], shape, reading))
    if not path.is_dir():
        raise DataError(f"there is no folder and no image at {str(path)!r}: name the queries")
    files = images_in(path)
    if not files:
        raise DataError(
            f"{str(path)!r} holds no image ({', '.join(SUFFIXES)}): there is nothing to tell"
        )
    names = tuple(str(file.relative_to(path)) for file in files)
    return Queries(names, _inputs(files, shape, reading))


def _inputs(files: Sequence[Path], shape: tuple[int, ...], reading: Reading) -> Tensor:
    channels, size = shape
    see = partial(shrink, size=size, channels=channels)
    seen = [read_image(str(file), partial(read_file, file), see, reading) for file in files]
    return inputs_of(torch.from_numpy(np.stack(seen)))
