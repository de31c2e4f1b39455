"""Images packed once into a checked cache, and mapped from there ever after."""

import copyreg
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from treemeta.errors import DataError, IntegrityError, StorageError, unreadable
from treemeta.tasks.dataset import Dataset, Task

IMAGES, INDEX = "images.npy", "index.json"
FORMAT = 1


@dataclass(frozen=True)
class Pack:
    """What a source of tasks delivers: per class its task, its name and its images, as in
    a ``Dataset``.

    ``shared`` are the tasks whose classes mean the same in each other, see ``Dataset``; ``labels``
    what else is known of the images, for each kind and class a word an image; ``licences`` what
    each part of them comes with; ``about`` and ``told`` how they were read, see ``Dataset``."""

    classes: list[tuple[str, str, np.ndarray]]
    roles: dict[str, str]
    lineage: dict[str, tuple[str, ...]]
    shared: frozenset[str] = frozenset()
    labels: dict[str, dict[tuple[str, str], tuple[str, ...]]] = field(default_factory=dict)
    licences: dict[str, str] = field(default_factory=dict)
    about: str = ""
    told: tuple[str, ...] = ()


def cache_root() -> Path:
    """Return the folder of the packed data sets: ``$TREEMETA_DATA``, else the user's cache."""
    if named := os.environ.get("TREEMETA_DATA"):
        return Path(os.path.abspath(os.path.expanduser(named)))
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base).expanduser() / "treemeta"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the exclusive right to write ``folder``; its parent is made."""
    lock = folder.parent / f".{folder.name}.lock"
    with _storage(folder):
        lock.touch()
    with open(lock) as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextmanager
def scratch(folder: Path) -> Iterator[Path]:
    """Lend a folder beside ``folder`` for as long as the block runs."""
    prefix = f".{folder.name}."
    with _storage(folder), TemporaryDirectory(prefix=prefix, dir=folder.parent) as lent:
        yield Path(lent)


@contextmanager
def _storage(folder: Path) -> Iterator[None]:
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise StorageError(
            f"{folder} cannot be written ({error}): make room or name a folder in TREEMETA_DATA"
        ) from error


def write_pack(folder: Path, name: str, pack: Pack) -> Path:
    """Write a data set to ``folder`` whole or not at all, replacing what was there."""
    classes = sorted(pack.classes, key=lambda one: (one[0], one[1]))
    images = np.concatenate([images for _, _, images in classes])
    starts = np.cumsum([0, *(len(images) for _, _, images in classes)])
    index: dict[str, Any] = {
        "format": FORMAT,
        "name": name,
        "sha256": hashlib.sha256(images.tobytes()).hexdigest(),
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
    if pack.about:
        index |= {"about": pack.about, "told": list(pack.told)}
    index["seal"] = _seal(index)
    with scratch(folder) as lent:
        new = lent / "new"
        new.mkdir()
        np.save(new / IMAGES, images, allow_pickle=False)
        (new / INDEX).write_text(json.dumps(index, indent=1))
        if folder.exists():
            os.replace(folder, lent / "old")
        os.replace(new, folder)
    reopen.cache_clear()
    return folder


@cache
def reopen(folder: Path) -> Dataset:
    """Map the data set packed in ``folder``, once per process, and check every byte of it."""
    if not folder.exists():
        raise DataError(f"no packed data set at {folder}: pack it again")
    try:
        index: dict[str, Any] = json.loads((folder / INDEX).read_text())
        images = np.load(folder / IMAGES, mmap_mode="r", allow_pickle=False)
        whole = (
            index["seal"] == _seal(index)
            and index["format"] == FORMAT
            and images.shape in _shapes(index["starts"][-1], images.shape[1])
            and images.dtype == np.uint8
            and index["sha256"] == hashlib.sha256(images.tobytes()).hexdigest()
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
        about=index.get("about", ""),
        told=tuple(index.get("told", [])),
    )


def _shapes(count: int, side: int) -> tuple[tuple[int, ...], ...]:
    """Return the shapes that so many square images may have: grey, or in colour."""
    return (count, side, side), (count, side, side, 3)


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
