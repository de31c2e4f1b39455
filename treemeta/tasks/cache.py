"""Inputs packed once into a checked cache, and mapped from there ever after."""

import copyreg
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from treemeta.errors import DataError, IntegrityError, unreadable
from treemeta.tasks.dataset import Dataset, Task
from treemeta.tasks.shelf import scratch
from treemeta.tasks.units import Units, units_of

IMAGES, TARGETS, INDEX = "images.npy", "targets.npy", "index.json"
FORMAT = 1


@dataclass(frozen=True)
class Pack:
    """What a source of tasks delivers: per class its task, its name and its inputs, as in
    a ``Dataset``; where tasks tell numbers, ``targets`` has those of every class, ``float64[n]``.
    Rows are as they were found, their ``features`` called so, and packed in ``units``, or else in
    units of their own.

    ``shared`` are the tasks whose classes mean the same in each other, see ``Dataset``; ``labels``
    what else is known of the images, for each kind and class a word an image; ``licences`` what
    each part of them comes with; ``about`` and ``told`` how they were read, see ``Dataset``."""

    classes: list[tuple[str, str, np.ndarray]]
    roles: dict[str, str]
    lineage: dict[str, tuple[str, ...]]
    shared: frozenset[str] = frozenset()
    labels: dict[str, dict[tuple[str, str], tuple[str, ...]]] = field(default_factory=dict)
    licences: dict[str, str] = field(default_factory=dict)
    targets: dict[tuple[str, str], np.ndarray] = field(default_factory=dict)
    features: tuple[str, ...] = ()
    units: Units | None = None
    about: str = ""
    told: tuple[str, ...] = ()


def write_pack(folder: Path, name: str, pack: Pack) -> Path:
    """Write a data set to ``folder`` whole or not at all, replacing what was there."""
    classes = sorted(pack.classes, key=lambda one: (one[0], one[1]))
    arrays = {IMAGES: np.concatenate([images for _, _, images in classes])}
    if pack.targets:
        arrays[TARGETS] = np.concatenate([pack.targets[one[:2]] for one in classes])
    units = None
    if arrays[IMAGES].ndim == 2:
        units = pack.units or units_of(arrays[IMAGES], arrays.get(TARGETS), pack.features)
        arrays[IMAGES] = units.rows(arrays[IMAGES])
        if TARGETS in arrays:
            arrays[TARGETS] = units.targets(arrays[TARGETS])
    index = _index(name, pack, classes, arrays, units)
    with scratch(folder) as lent:
        new = lent / "new"
        new.mkdir()
        for file, array in arrays.items():
            np.save(new / file, array, allow_pickle=False)
        (new / INDEX).write_text(json.dumps(index, indent=1))
        if folder.exists():
            os.replace(folder, lent / "old")
        os.replace(new, folder)
    reopen.cache_clear()
    return folder


def _index(
    name: str,
    pack: Pack,
    classes: Sequence[tuple[str, str, np.ndarray]],
    arrays: Mapping[str, np.ndarray],
    units: Units | None,
) -> dict[str, Any]:
    starts = np.cumsum([0, *(len(images) for _, _, images in classes)])
    index: dict[str, Any] = {
        "format": FORMAT,
        "name": name,
        "sha256": _digest(arrays[IMAGES]),
        "classes": [[task, label] for task, label, _ in classes],
        "starts": starts.tolist(),
        "roles": pack.roles,
        "lineage": pack.lineage,
    }
    if pack.shared:  # packs without are the bytes that they always were
        index["shared"] = sorted(pack.shared)
    if pack.labels:
        index["labels"] = {
            kind: [word for task, label, _ in classes for word in words[task, label]]
            for kind, words in pack.labels.items()
        }
    if pack.licences:
        index["licences"] = pack.licences
    if pack.about or pack.told:
        index |= {"about": pack.about, "told": list(pack.told)}
    if units:
        index["units"] = asdict(units)
    if TARGETS in arrays:
        index["targets"] = _digest(arrays[TARGETS])
    return index | {"seal": _seal(index)}


@cache
def reopen(folder: Path) -> Dataset:
    """Map the data set packed in ``folder``, once per process, and check every byte of it."""
    if not folder.exists():
        raise DataError(f"no packed data set at {folder}: pack it again")
    try:
        index: dict[str, Any] = json.loads((folder / INDEX).read_text())
        images = np.load(folder / IMAGES, mmap_mode="r", allow_pickle=False)
        targets = np.load(folder / TARGETS, allow_pickle=False) if "targets" in index else None
        units = _units(index["units"]) if "units" in index else None
        whole = (
            index["seal"] == _seal(index)
            and index["format"] == FORMAT
            and images.shape in _shapes(index["starts"][-1], images.shape[1])
            and images.dtype == (np.uint8 if images.ndim > 2 else np.float32)
            and index["sha256"] == _digest(images)
            and (targets is None or _is_told(index, targets))
        )
    except Exception as error:  # parsers of damaged bytes raise what they like
        raise unreadable(folder, error) or _damaged(folder) from error
    if not whole:
        raise _damaged(folder)
    members: dict[str, list[int]] = {}
    for position, (task, _) in enumerate(index["classes"]):
        members.setdefault(task, []).append(position)
    shared = index.get("shared", [])
    labels = {kind: tuple(words) for kind, words in index.get("labels", {}).items()}
    about = [index["classes"], index["starts"], index["roles"], *([shared] if shared else [])]
    about += [index["labels"]] if labels else []
    about += [index["targets"]] if targets is not None else []
    return Dataset(
        name=index["name"],
        path=folder,
        images=images,
        starts=tuple(index["starts"]),
        class_names=tuple(f"{task}/{label}" for task, label in index["classes"]),
        tasks={task: Task(task, tuple(positions)) for task, positions in members.items()},
        roles=index["roles"],
        lineage={task: tuple(steps) for task, steps in index["lineage"].items()},
        fingerprint=hashlib.sha256((index["sha256"] + json.dumps(about)).encode()).hexdigest(),
        shared=frozenset(shared),
        labels=labels,
        licences=index.get("licences", {}),
        targets=targets,
        units=units,
        about=index.get("about", ""),
        told=tuple(index.get("told", [])),
    )


def _shapes(count: int, side: int) -> tuple[tuple[int, ...], ...]:
    """Return the shapes that so many inputs may have: square images, grey or in colour, or rows
    of so many features."""
    return (count, side, side), (count, side, side, 3), (count, side)


def _units(said: dict[str, Any]) -> Units:
    means, deviations = tuple(said["means"]), tuple(said["deviations"])
    names = tuple(said.get("names", ()))  # of older packs they are not known
    return Units(means, deviations, said["target_mean"], said["target_deviation"], names)


def _is_told(index: dict[str, Any], targets: np.ndarray) -> bool:
    shaped = targets.shape == (index["starts"][-1],) and targets.dtype == np.float32
    return shaped and index["targets"] == _digest(targets)


def _digest(array: np.ndarray) -> str:
    return hashlib.sha256(array.tobytes()).hexdigest()


def _seal(index: dict[str, Any]) -> str:
    """Return a digest of everything an index says but its seal."""
    said = {key: value for key, value in index.items() if key != "seal"}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _damaged(folder: Path) -> IntegrityError:
    return IntegrityError(
        f"the packed data set at {folder} is damaged: delete that folder and pack it again"
    )


def _reopen_as(folder: Path, roles: dict[str, str]) -> Dataset:
    return replace(reopen(folder), roles=roles)


# Another process maps the same file instead of receiving a copy of it.
copyreg.pickle(Dataset, lambda dataset: (_reopen_as, (dataset.path, dataset.roles)))
