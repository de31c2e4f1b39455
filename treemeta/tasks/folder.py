"""Any folder of images laid out as task/class/image."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from PIL import Image

from treemeta.defaults import SIDE
from treemeta.tasks.account import account, losses
from treemeta.tasks.cache import Pack
from treemeta.tasks.colour import has_colour, in_colour_alone, tone
from treemeta.tasks.image_file import read_file
from treemeta.tasks.images import read_image, shrink
from treemeta.tasks.layout import Layout
from treemeta.tasks.roles import hold_out
from treemeta.tasks.survey import any_colour, survey

VERSION = 2  # of how images are read; packs of another are not used


def listing(layout: Layout) -> str:
    """Return a digest of names, sizes and times, and of what is left out: when it changes, the
    folder is packed again."""
    lines = [*layout.told]
    for file in layout.files:
        seen = file.stat()
        lines.append(f"{file.relative_to(layout.path)}\0{seen.st_size}\0{seen.st_mtime_ns}")
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def read_folder(layout: Layout, size: int = SIDE, channels: str = "1") -> Pack:
    """Read every image of a folder, of ``size`` pixels a side, with so many ``channels`` or, if
    ``auto``, in colour where any of them has it; 30 % of its tasks are held out for test, unless
    the layout has roles of its own."""
    found, asked = survey(layout.files), channels
    if asked == "auto":
        channels = "3" if any_colour(layout.files, found.reading) else "1"
    see = partial(_see, size=size, channels=int(channels), told=asked == "1")
    classes: dict[tuple[str, str], list[Sight]] = {}
    for file in layout.files:
        sight = read_image(str(file), partial(read_file, file), see, found.reading)
        classes.setdefault((file.parts[-3], file.parts[-2]), []).append(sight)
    packed = {name: np.stack([one.pixels for one in seen]) for name, seen in classes.items()}
    lost = any(one.coloured for seen in classes.values() for one in seen)
    return Pack(
        [(*name, images) for name, images in packed.items()],
        layout.roles or hold_out(sorted({task for task, _ in classes})),
        {},
        about=account(found, size, channels, lost),
        told=(*layout.told, *losses(found, layout.files, [*packed.values()]), *_hues(classes)),
    )


@dataclass(frozen=True)
class Sight:
    """What is packed of an image; and of one that is made grey whether it had colour, and which."""

    pixels: np.ndarray
    coloured: bool
    tone: np.ndarray


def _see(image: Image.Image, size: int, channels: int, told: bool) -> Sight:
    pixels, coloured = shrink(image, size, channels), told and has_colour(image)
    return Sight(pixels, coloured, tone(image) if coloured else np.zeros(3))


def _hues(classes: Mapping[tuple[str, str], Sequence[Sight]]) -> Iterator[str]:
    """Yield what is to be said where nothing but a colour that is lost tells classes apart."""
    if not any(one.coloured for seen in classes.values() for one in seen):
        return
    tasks: dict[str, list[Sequence[Sight]]] = {}
    for (task, _), seen in classes.items():
        tasks.setdefault(task, []).append(seen)
    if in_colour_alone(
        [[np.stack([one.pixels for one in seen]) for seen in each] for each in tasks.values()],
        [[np.stack([one.tone for one in seen]) for seen in each] for each in tasks.values()],
    ):
        yield (
            "images of different classes differ in colour alone, which --channels 1 takes from "
            "them: leave it out"
        )
