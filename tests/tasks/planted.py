"""Data sets small enough to write in a moment, whose every answer is known."""

import json
import struct
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from treemeta.tasks.cache import Pack
from treemeta.tasks.dataset import Dataset, Task
from treemeta.tasks.omniglot import Script

HOUSES = ("alder", "birch", "cedar", "dogwood", "elm")
MIT = {"license": {"spdx": "MIT", "url": "https://a.b/c"}, "author": {"name": "A Person"}}
# An Omniglot of two alphabets with two characters each.
TINY = (
    Script("Alpha", "images_background", 2, "train", ("North", "Coast")),
    Script("Beta", "images_evaluation", 2, "test", ("South", "Hills")),
)


def encoded(image: Image.Image, kind: str = "PNG") -> bytes:
    """Return an image as the bytes of a file."""
    file = BytesIO()
    image.save(file, kind)
    return file.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    """Return one chunk of a png file."""
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check


def deep_png(pixels: np.ndarray, clear: tuple[int, ...] = ()) -> bytes:
    """Return a png file of 16 bits, ``[height, width, bands]``, in which one colour may be called
    transparent: Pillow writes none of more than one band."""
    height, width, bands = pixels.shape
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[bands]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, kind, 0, 0, 0))
    header += chunk(b"tRNS", struct.pack(f">{len(clear)}H", *clear)) if clear else b""
    return png()[:8] + header + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def png(grey: int = 0) -> bytes:
    """Return an image file in one shade of grey."""
    return encoded(Image.new("L", (28, 28), grey))


def write_folder(path: Path, tasks: Iterable[str], classes: int = 2, images: int = 2) -> Path:
    """Lay out image files as task/class/image."""
    for task in tasks:
        for label in range(classes):
            folder = path / task / f"class{label}"
            folder.mkdir(parents=True)
            for number in range(images):
                (folder / f"{number}.png").write_bytes(png(10 * label + number))
    return path


def published(alphabets: Iterable[Script] = TINY, drawings: int = 20) -> dict[str, bytes]:
    """Return the files of an Omniglot in its published layout, by path."""
    return {
        f"{one.subset}/{one.alphabet}/character{c + 1:02d}/{c:04d}_{d + 1:02d}.png": png(
            100 * c + d
        )
        for one in alphabets
        for c in range(one.characters)
        for d in range(drawings)
    }


def write_zips(path: Path, files: dict[str, bytes]) -> Path:
    """Write one zip file for each subset, as Omniglot is published."""
    for subset in {name.split("/")[0] for name in files}:
        with zipfile.ZipFile(path / f"{subset}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                if name.startswith(subset):
                    archive.writestr(name, content)
    return path


def write_files(path: Path, files: dict[str, bytes]) -> Path:
    """Write files by path, as they come out of the zip files."""
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


def write_set(folder: Path, house: str, icons: dict[str, Any], **told: Any) -> Path:
    """Write a set of Iconify's as npm's package of it: a body, or what stands around it, a name."""
    folder.mkdir(parents=True)
    bodies = {name: {"body": it} if isinstance(it, str) else it for name, it in icons.items()}
    file = folder / "icons.json"
    file.write_text(json.dumps({"prefix": house, "icons": bodies} | told))
    (folder / "info.json").write_text(json.dumps(MIT))
    return file


def write_icons(
    path: Path,
    concepts: Sequence[str],
    houses: Sequence[str] = HOUSES,
    endings: Sequence[str] = ("", "-bold"),
) -> Path:
    """Write a folder of sets in which every house drew each concept with every ending.

    An icon is a bar four pixels high: its top is twice the number of the house, its left edge the
    number of the concept, its width one more than the number of the ending.
    """
    for number, house in enumerate(houses):
        icons = {
            f"{concept}{ending}": f'<path d="M{left} {2 * number}h{more + 1}v4h-{more + 1}z"/>'
            for left, concept in enumerate(concepts)
            for more, ending in enumerate(endings)
        }
        write_set(path / house, house, icons, width=28, height=28)
    return path


def bar(image: np.ndarray) -> tuple[int, int, int]:
    """Return the numbers of the house, the concept and the ending that an icon was drawn by."""
    rows, columns = image.any(axis=1), image.any(axis=0)
    return int(rows.argmax()) // 2, int(columns.argmax()), int(columns.sum()) - 1


def make_pack(sizes: dict[tuple[str, str], int]) -> Pack:
    """Return a pack with as many random images of each class as it says."""
    rng = np.random.default_rng(0)
    tasks = {task for task, _ in sizes}
    return Pack(
        [
            (task, label, rng.integers(0, 256, (count, 28, 28), dtype=np.uint8))
            for (task, label), count in sizes.items()
        ],
        dict.fromkeys(tasks, "train"),
        {task: ("root", task) for task in tasks},
    )


def make_dataset(sizes: dict[str, list[int]]) -> Dataset:
    """Return a data set without pixels: per task the number of images of each class."""
    flat = [(task, size) for task, counts in sizes.items() for size in counts]
    starts = np.cumsum([0, *(size for _, size in flat)]).tolist()
    tasks = {
        name: Task(name, tuple(i for i, (task, _) in enumerate(flat) if task == name))
        for name in sizes
    }
    return Dataset(
        name="planted",
        path=Path("nowhere"),
        images=np.zeros((starts[-1], 28, 28), np.uint8),
        starts=tuple(starts),
        class_names=tuple(f"{task}/{i}" for i, (task, _) in enumerate(flat)),
        tasks=tasks,
        roles=dict.fromkeys(sizes, "train"),
        lineage={},
        fingerprint="",
    )
