"""Any folder of images laid out as task/class/image."""

import hashlib
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from treemeta.defaults import SIDE
from treemeta.errors import DataError
from treemeta.tasks.cache import Pack
from treemeta.tasks.images import LARGEST_FILE, Seen, has_colour, read_image, shrink
from treemeta.tasks.roles import hold_out

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp")


def image_files(path: Path) -> list[Path]:
    """Return the images of a folder task/class/image, sorted, never following links."""
    if not os.path.isdir(path):
        raise DataError(f"data set {str(path)!r} is no folder: name glyphs, omniglot or a folder")
    files = [
        file for file in _shown(path, "*/*/*") if file.suffix.lower() in SUFFIXES and file.is_file()
    ]
    if not files:
        raise DataError(f"{path} holds no task/class/image files: lay the images out like that")
    full = {folder for file in files for folder in file.parents}
    for what, pattern in (("task", "*"), ("class", "*/*")):
        if empty := [one for one in _shown(path, pattern) if one.is_dir() and one not in full]:
            raise DataError(
                f"{what} {str(empty[0].relative_to(path))!r} of {path} has no image "
                f"({', '.join(SUFFIXES)}): add some or remove it"
            )
    return files


def _shown(path: Path, pattern: str) -> list[Path]:
    """Return what lies in a folder, sorted, without what is hidden or linked."""
    return [
        one
        for one in sorted(path.glob(pattern))
        if not any(part.startswith(".") for part in one.relative_to(path).parts)
        and not any(part.is_symlink() for part in (one, *one.parents)[: pattern.count("/") + 1])
    ]


def listing(path: Path) -> str:
    """Return a digest of names, sizes and times: when it changes, the folder is packed again."""
    lines = []
    for file in image_files(path):
        seen = file.stat()
        lines.append(f"{file.relative_to(path)}\0{seen.st_size}\0{seen.st_mtime_ns}")
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def read_folder(path: Path, size: int = SIDE, channels: str = "1") -> Pack:
    """Read every image of a folder, of ``size`` pixels a side, with so many ``channels`` or, if
    ``auto``, in colour where any of them has it; 30 % of its tasks are held out for test."""
    files = image_files(path)
    if channels == "auto":
        channels = "3" if any(_read(file, has_colour) for file in files) else "1"
    see = partial(shrink, size=size, channels=int(channels))
    classes: dict[tuple[str, str], list[np.ndarray]] = {}
    for file in files:
        classes.setdefault((file.parts[-3], file.parts[-2]), []).append(_read(file, see))
    names = sorted({task for task, _ in classes})
    return Pack(
        [(task, label, np.stack(images)) for (task, label), images in classes.items()],
        hold_out(names),
        {},
    )


def _read(file: Path, see: Callable[[Image.Image], Seen]) -> Seen:
    """Return what is seen of an image; raises ``DataError`` for one that no data set can have."""
    if file.stat().st_size > LARGEST_FILE:
        raise DataError(f"image {str(file)!r} is over {LARGEST_FILE} bytes: shrink or remove it")
    if any("\udc80" <= character <= "\udcff" for character in "".join(file.parts[-3:-1])):
        raise DataError(f"{str(file)!r} lies in a folder whose name is not UTF-8: rename it")
    return read_image(str(file), file.read_bytes, see)
