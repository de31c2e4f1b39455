"""Folders of images as people have them: the same drawings, stored in every way."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

TASKS, CLASSES, IMAGES, SIDE = 4, 3, 4, 40
Store = Callable[[Path, np.ndarray], object]


def ink(task: int, kind: int, number: int) -> np.ndarray:
    """Return ``float64[40, 40]``: a frame and a bar of a class, ink 0 on paper 1."""
    rng = np.random.default_rng((task, kind))
    top, left = rng.integers(2, 20, 2)
    page = np.ones((SIDE, SIDE))
    page[top : top + 9 + number, left : left + 6] = 0
    page[30:36, 4 + 3 * kind : 20 + 3 * kind] = 0
    return page


def write(root: Path, store: Store, tasks: int = TASKS) -> Path:
    """Store the drawings as ``task/class/image``; ``store`` gets a path without an ending."""
    for task in range(tasks):
        for kind in range(CLASSES):
            folder = root / f"task{task}" / f"class{kind}"
            folder.mkdir(parents=True)
            for number in range(IMAGES):
                store(folder / str(number), ink(task, kind, number))
    return root


def bytes_of(page: np.ndarray) -> np.ndarray:
    """Return a drawing in 8 bits."""
    return (page * 255).astype(np.uint8)


def plain(path: Path, page: np.ndarray) -> None:
    """The reference: 8 bits of grey."""
    Image.fromarray(bytes_of(page)).save(f"{path}.png")


def lying(path: Path, page: np.ndarray) -> None:
    """Stored on its side, with the orientation that a camera writes."""
    exif = Image.Exif()
    exif[0x112] = 6
    image = Image.fromarray(bytes_of(page)).transpose(Image.Transpose.ROTATE_90)
    image.save(f"{path}.png", exif=exif)


def twelve_in_sixteen(path: Path, page: np.ndarray) -> None:
    """As many cameras and microscopes write it."""
    Image.fromarray((page * 4095).astype(np.uint16)).save(f"{path}.png")


def big_endian(path: Path, page: np.ndarray) -> None:
    """16 bits, the high byte first."""
    raw = (page * 65535).astype(">u2").tobytes()
    Image.frombytes("I;16B", (SIDE, SIDE), raw).save(f"{path}.tif")


def integers(path: Path, page: np.ndarray) -> None:
    """32 bits, of which 20 are used."""
    Image.fromarray((page * (2**20 - 1)).astype(np.int32)).save(f"{path}.tif")


def floats(path: Path, page: np.ndarray) -> None:
    """Floats in a range of their own."""
    Image.fromarray((page * 0.3 - 0.1).astype(np.float32)).save(f"{path}.tif")


def white_on_nothing(path: Path, page: np.ndarray) -> None:
    """A white drawing on a transparent ground."""
    alpha = Image.fromarray(bytes_of(1 - page))
    Image.merge("LA", (Image.new("L", alpha.size, 255), alpha)).save(f"{path}.png")


def black_on_nothing(path: Path, page: np.ndarray) -> None:
    """A black drawing on a transparent ground."""
    alpha = Image.fromarray(bytes_of(1 - page))
    Image.merge("LA", (Image.new("L", alpha.size, 0), alpha)).save(f"{path}.png")


def nothing(path: Path, page: np.ndarray) -> None:
    """Nothing, all of it transparent."""
    Image.new("LA", (SIDE, SIDE), (255, 0)).save(f"{path}.png")


def photo(path: Path, page: np.ndarray) -> None:
    """As large as a telephone makes it."""
    Image.fromarray(bytes_of(page)).resize((4608, 3456), 0).save(f"{path}.jpg", quality=60)


def hues(root: Path) -> Path:
    """Discs anywhere, of one grey value: classes differ in hue alone."""
    rng, (y, x) = np.random.default_rng(0), np.mgrid[0:SIDE, 0:SIDE]
    for task in range(TASKS):
        for kind, hue in enumerate([(255, 0, 0), (0, 130, 0), (76, 76, 76)]):
            folder = root / f"task{task}" / f"class{kind}"
            folder.mkdir(parents=True)
            for number in range(IMAGES):
                image = np.full((SIDE, SIDE, 3), 255, np.uint8)
                image[np.hypot(*([y, x] - rng.uniform(12, 28, (2, 1, 1)))) < 8 + task] = hue
                Image.fromarray(image).save(folder / f"{number}.png")
    return root
