"""How a folder's images are laid out: task/class/image, or so under train and test."""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from treemeta.errors import DataError, counted, way_beside
from treemeta.kinds import BUILT_IN, TABLES
from treemeta.tasks.found import SUFFIXES, Found, find

SPLITS = {
    "train": "train", "training": "train", "test": "test", "testing": "test", "val": "val",
    "valid": "val", "validation": "val",
}  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """The images of the folder ``path``, sorted; ``roles`` of its tasks, where folders above them
    say these; ``told`` is what was left out or decided, a sentence each."""

    path: Path
    files: list[Path]
    roles: dict[str, str]
    told: tuple[str, ...]


def lay_out(path: Path) -> Layout:
    """Return the images of a folder ``task/class/image``, or ``train/task/class/image`` beside
    ``test`` or ``val``; raises ``DataError`` for a folder of another kind."""
    if not os.path.isdir(path):
        known = f"{', '.join(BUILT_IN)}, a table ({', '.join(TABLES)})"
        way = f"name {known}, or images of your own as task/class/image"
        way = way_beside(path, way, BUILT_IN)
        raise DataError(f"data set {str(path)!r} is no folder: {way}")
    found = find(path)
    tops = [one.name for one in found.folders if found.depth(one) == 1]
    splits = [name for name in tops if name.casefold() in SPLITS]
    divided = len(splits) > 1 or (bool(splits) and splits == tops)
    _check_layout(found, splits if divided else [], [top for top in tops if top not in splits])
    depth = 4 if divided else 3
    files = found.at(depth)
    _check_full(found, files, ("split", "task", "class") if divided else ("task", "class"))
    _check_names(files)
    roles = _roles_of(found, files) if divided else {}
    told = [
        f"{name!r} counts as test" if divided else f"{name!r} is taken for a task, by its place"
        for name in splits
        if not divided or SPLITS[name.casefold()] == "val"
    ]
    return Layout(path, files, roles, (*told, *_left_out(found, depth, divided)))


def lay_out_classes(path: Path) -> Layout:
    """Return the images of a folder ``class/image``: one task, of the folder's name."""
    if not os.path.isdir(path):
        raise DataError(f"{str(path)!r} is no folder: name one of class/image")
    found = find(path)
    files = found.at(2)
    if not files:
        raise DataError(f"{str(path)!r} holds no class/image files: lay the images out like that")
    _check_full(found, files, ("class",))
    _check_names(files)
    return Layout(path, files, {}, ())


def lay_out_new(path: Path) -> Layout:
    """Return the images of a folder of new tasks, or of one, ``class/image``; raises ``DataError``
    for one that may be either."""
    if not os.path.isdir(path):
        raise DataError(f"{str(path)!r} is no folder: name task/class/image, or class/image")
    found = find(path := path.resolve())  # by its name, too, a task is called
    if found.at(2) and found.at(3):
        raise DataError(
            f"{str(path)!r} holds images both as task/class/image and as class/image: lay them out "
            "as one"
        )
    return lay_out_classes(path) if found.at(2) else lay_out(path)


def _check_layout(found: Found, splits: list[str], others: list[str]) -> None:
    """Raise unless images lie where a layout has them."""
    path, depths = found.path, Counter(map(found.depth, found.images))
    if splits and others:
        raise DataError(
            f"{path} holds {others[0]!r} beside {_listed(splits)}: move its tasks into one of "
            "these, or remove it"
        )
    if splits and depths[3] > depths[4]:
        raise DataError(
            f"{path} holds {_listed(splits)} with {splits[-1]}/class/image, which is one task, its "
            "images divided, and treemeta holds whole tasks out: lay several tasks out as "
            "train/task/class/image and test/task/class/image, or all as task/class/image"
        )
    if not splits and depths[2] and not depths[3]:
        raise DataError(
            f"{path} holds class/image, which is one task, and treemeta compares tasks: give each "
            "a folder of its own, task/class/image"
        )
    if not depths[4 if splits else 3]:
        linked = (
            f", and its {counted(len(found.links), 'link')} are not followed" if found.links else ""
        )
        raise DataError(
            f"{path} holds no task/class/image files{linked}: lay the images out like that"
        )


def _check_full(found: Found, files: list[Path], kinds: tuple[str, ...]) -> None:
    """Raise where a task or a class has no image."""
    full = {folder for file in files for folder in file.parents}
    for depth, kind in enumerate(kinds, start=1):
        for folder in found.folders:
            if found.depth(folder) == depth and folder not in full:
                linked = any(folder in link.parents for link in found.links)
                raise DataError(
                    f"{kind} {str(folder.relative_to(found.path))!r} of {found.path} has no image "
                    f"({', '.join(SUFFIXES)}){' but links' if linked else ''}: add some or remove "
                    "it"
                )


def _check_names(files: list[Path]) -> None:
    for file in files:
        if any("\udc80" <= character <= "\udcff" for character in "".join(file.parts[-3:-1])):
            raise DataError(f"{str(file)!r} lies in a folder whose name is not UTF-8: rename it")


def _roles_of(found: Found, files: list[Path]) -> dict[str, str]:
    splits: dict[str, str] = {}
    for file in files:
        task, split = file.parts[-3], found.top(file)
        if splits.setdefault(task, split) != split:
            raise DataError(
                f"task {task!r} of {found.path} lies in {splits[task]!r} and in {split!r}, and "
                "tasks are held out as a whole: move it into one of them, or rename it"
            )
    return {
        task: "train" if SPLITS[split.casefold()] == "train" else "test"
        for task, split in sorted(splits.items())
    }


def _left_out(found: Found, depth: int, divided: bool) -> Iterator[str]:
    layout = "split/task/class/image" if divided else "task/class/image"
    if found.links:
        links = counted(len(found.links), "link")
        yield f"{links} left out, as none is followed: copy what is meant"
    for where, files in (
        ("deeper", [file for file in found.images if found.depth(file) > depth]),
        ("higher", [file for file in found.images if found.depth(file) < depth]),
    ):
        if files:
            example = str(files[0].relative_to(found.path))
            images = counted(len(files), "image")
            yield f"{images} left out, {where} than {layout}, such as {example!r}"


def _listed(names: list[str]) -> str:
    return ", ".join(names[:-1]) + f" and {names[-1]}" if len(names) > 1 else names[0]
