"""What a model is asked: a support of labelled inputs, and queries whose labels nobody knows; from
files, or from arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from treemeta.config import Config
from treemeta.errors import DataError, brief
from treemeta.tasks.found import SUFFIXES, find
from treemeta.tasks.given import as_class, as_inputs, as_numbers, shown
from treemeta.tasks.given_labels import as_labels, in_turn
from treemeta.tasks.given_table import in_order, names_of
from treemeta.tasks.image_file import read_file
from treemeta.tasks.images import Reading, read_image, shrink
from treemeta.tasks.layout import lay_out_classes
from treemeta.tasks.load import inputs_of
from treemeta.tasks.survey import survey
from treemeta.tasks.units import Units


@dataclass(frozen=True)
class Labelled:
    """A support: its classes, by name or as they were given, its inputs ``Tensor[n, *shape]``, and
    of each input the position of its class, ``int64[n]``. A class may have any number of inputs.
    Where numbers are to be told there are no classes, and labels are ``float32[n]``."""

    classes: tuple[Any, ...]
    inputs: Tensor
    labels: Tensor


@dataclass(frozen=True)
class Queries:
    """What is asked: inputs ``Tensor[n, *shape]``, each with a name, or a number of its own."""

    names: Sequence[str] | Sequence[int]
    inputs: Tensor


def labelled(inputs: Tensor, names: Sequence[Any]) -> Labelled:
    """Return a support of inputs ``Tensor[n, *shape]`` and the name of each one's class; classes
    are sorted. Raises ``DataError`` for fewer than two."""
    classes = in_turn(names)
    if len(classes) < 2:
        raise DataError(
            f"the support has {len(classes)} class ({', '.join(map(repr, classes)) or 'none'}): "
            "give two or more"
        )
    place = {name: at for at, name in enumerate(classes)}
    return Labelled(tuple(classes), inputs, torch.tensor([place[name] for name in names]))


def support_from(config: Config, units: Units | None, inputs: Any, labels: Any) -> Labelled:
    """Return arrays as a support of a tree of this config: inputs as a data set of arrays has them,
    and for each a label, which is kept, or a number in the data's own ``units``."""
    seen = inputs_from(config, units, inputs)
    if config.targets == "numbers":
        told = as_numbers(labels, len(seen), "what the support tells")
        scaled = units.targets(told) if units else told.astype(np.float32)
        return Labelled((), seen, torch.from_numpy(scaled))
    return labelled(seen, as_labels(labels, len(seen)))


def pair_of(
    support: Mapping[Any, Any] | tuple[Any, Any], names: tuple[str, ...] = ()
) -> tuple[Any, Any]:
    """Return the inputs and the labels of a support, ``{label: inputs}`` or already a pair; the
    columns of pandas tables are put in the order of ``names``, or of the first of the tables."""
    if isinstance(support, tuple) and len(support) == 2:
        return support
    if not isinstance(support, Mapping):
        what = f"a tuple of {len(support)}" if isinstance(support, tuple) else brief(support)
        raise DataError(f"the support is {what}: give {{label: inputs}}, or a pair of both")
    names = names or next(filter(None, map(names_of, support.values())), ())
    arrays = [_ordered(values, names, f"class {label!r:.60}") for label, values in support.items()]
    if len({one.shape[1:] for one in arrays}) != 1:
        shapes = ", ".join(map(shown, arrays)) or "none"
        raise DataError(f"the classes of a support have inputs {shapes}: give them one shape")
    labels = [label for label, one in zip(support, arrays, strict=True) for _ in one]
    return np.concatenate(arrays), labels


def _ordered(values: Any, names: tuple[str, ...], what: str) -> np.ndarray:
    return as_class(in_order(values, names, what), what)


def inputs_from(config: Config, units: Units | None, inputs: Any) -> Tensor:
    """Return images or rows, the latter in ``units``, as ``Tensor[n, *shape]`` for a tree of this
    config; raises ``DataError`` for arrays of another shape than the tree takes."""
    what = "what the tree is shown"
    size, colours = config.size, () if config.channels == "1" else (3,)
    wanted = (config.features,) if config.of_rows else (size, size, *colours)
    if getattr(inputs, "shape", ()) == wanted:
        way = "X[:1] in the place of X[0]" if config.of_rows else "x[None] in the place of x"
        raise DataError(f"{what} is one input, of shape {wanted}, and not one or more: give {way}")
    found = as_inputs(in_order(inputs, units.names if units else (), what), what)
    if found.shape[1:] != wanted:
        kind = "rows" if config.of_rows else "uint8"
        raise DataError(
            f"{what} is {shown(found)}, and it was grown on {kind}"
            f"[n, {', '.join(map(str, wanted))}]: give such"
        )
    rows = units.rows(found) if units else found.astype(np.float32) if config.of_rows else found
    return inputs_of(torch.from_numpy(np.require(rows, requirements=("C", "W"))))  # or torch warns


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
    files = find(path).images
    if not files:
        raise DataError(
            f"{str(path)!r} holds no image ({', '.join(SUFFIXES)}): there is nothing to tell"
        )
    names = tuple(str(file.relative_to(path)) for file in files)
    return Queries(names, _inputs(files, shape, reading))


def not_shown(queries: Queries, classes: Sequence[str]) -> list[str]:
    """Return the folders of queries that are called like no class of a support, where others are:
    whatever lies in them is answered by a class that it does not belong to."""
    folders = {Path(str(name)).parent.name for name in queries.names} - {""}
    return sorted(folders - set(classes)) if folders & set(classes) else []


def _inputs(files: Sequence[Path], shape: tuple[int, ...], reading: Reading) -> Tensor:
    channels, size = shape
    see = partial(shrink, size=size, channels=channels)
    seen = [read_image(str(file), partial(read_file, file), see, reading) for file in files]
    return inputs_of(torch.from_numpy(np.stack(seen)))
