"""Data sets from arrays that a program has in hand, packed as files are."""

import hashlib
import json
from collections.abc import Collection, Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from treemeta.errors import ConfigError, DataError, brief
from treemeta.tasks.cache import Pack
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.given import shown
from treemeta.tasks.given_tasks import LAYOUT, Given, classes_in, names_in
from treemeta.tasks.held_out import held_roles
from treemeta.tasks.packed import packed, place_of
from treemeta.tasks.roles import hold_out
from treemeta.tasks.table import remarked

VERSION = 2  # of what is made of arrays; packs of another are not used
HeldOut = str | float | Collection[str] | None


def pack_arrays(tasks: Mapping[Any, Any], held_out: HeldOut = None) -> Dataset:
    """Return arrays as a data set, packed in the cache under a digest of all that they hold.

    ``tasks`` is ``{task: {class: inputs}}`` or, where tasks tell numbers, ``{task: (inputs,
    targets)}``, with inputs as ``as_inputs`` takes them. Names are read as text. ``held_out`` is a
    share, a list of names, or what ``held_roles`` takes; without, 0.3 are held out. Raises
    ``DataError`` for arrays that are no such tasks.
    """
    names = names_in(tasks)
    given = classes_in(tasks, names)
    _check_alike(given)
    roles = _roles(held_out, sorted({one.task for one in given}))
    kind = "rows" if given[0].inputs.ndim == 2 else "images"
    source = f"{kind} {_digest(given, roles, names)}"
    inputs = [(one.task, one.label, one.inputs) for one in given]
    told = {one.names: one.targets for one in given if one.targets is not None}
    pack = Pack(inputs, roles, {}, targets=told, features=names)
    of_rows = kind == "rows"
    return packed(source, place_of(source).name, lambda: remarked(pack) if of_rows else pack)


def _check_alike(given: list[Given]) -> None:
    """Raise unless classes have names of their own, inputs of one shape and targets of one kind."""
    first = given[0]
    for before, one in pairwise(given):
        if before.names == one.names:
            raise DataError(
                f"class {one.label!r} of task {one.task!r} is there twice, as names are read as "
                "text: rename one"
            )
        if (one.targets is None) != (first.targets is None):
            raise DataError(
                f"tasks {first.task!r} and {one.task!r} tell classes and numbers: give {LAYOUT}"
            )
        if one.inputs.shape[1:] != first.inputs.shape[1:]:
            raise DataError(
                f"tasks {first.task!r} and {one.task!r} have inputs {shown(first.inputs)} and "
                f"{shown(one.inputs)}: make them of one shape"
            )
    for one in given:
        if one.inputs.ndim == 2:
            _check_once(one)
        elif one.targets is not None:
            raise DataError(
                f"task {one.task!r} tells numbers of images, and numbers are told of rows: give "
                "features of them, [n, features]"
            )


def _check_once(one: Given) -> None:
    """Raise where a row occurs twice: an episode could be asked what it has been shown."""
    whole = one.inputs if one.targets is None else np.column_stack([one.inputs, one.targets])
    if twice := len(whole) - len(np.unique(whole, axis=0)):
        raise DataError(
            f"{twice} rows of class {one.label!r} of task {one.task!r} have stood there before: "
            "leave them out"
        )


def _roles(held_out: HeldOut, names: list[str]) -> dict[str, str]:
    if held_out is None:
        return hold_out(names)
    if isinstance(held_out, str):
        return held_roles(held_out, names)
    if isinstance(held_out, int | float | np.number) and not isinstance(held_out, bool):
        if not 0 <= held_out <= 1:
            raise ConfigError(
                f"held_out is {held_out}: give a share from 0 to 1, or names of tasks"
            )
        return hold_out(names, float(held_out))
    if (
        isinstance(held_out, bool | bytes | Mapping)
        or not isinstance(held_out, Collection)
        or getattr(held_out, "ndim", 1) != 1
    ):
        raise ConfigError(
            f"held_out is {brief(held_out)}: give a share from 0 to 1, or a list of names of tasks"
        )
    return held_roles(json.dumps(sorted(map(str, held_out))), names)


def _digest(given: list[Given], roles: dict[str, str], names: tuple[str, ...]) -> str:
    """Return a sha256 over everything that the pack is made of."""
    shapes = [(*one.names, one.inputs.shape, one.targets is None) for one in given]
    about = [VERSION, names, sorted(roles.items()), shapes]
    digest = hashlib.sha256(json.dumps(about).encode())
    for one in given:
        digest.update(np.ascontiguousarray(one.inputs).tobytes())
        digest.update(b"" if one.targets is None else one.targets.tobytes())
    return digest.hexdigest()
