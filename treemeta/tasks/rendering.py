"""Images in five styles and at five places: what questions ask about, or see past.

All functions take and return ``uint8[n, side, side]``, ink 255 on 0, and give the same bits on
every machine: what is a mean is a sum of whole numbers, divided once.
"""

from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from scipy import ndimage

COPIES = 3  # at most so many renderings of one image, no two of one style or at one place
KINDS = 5  # of styles, and of places
DRAWING = 18 / 28  # the side of a drawing that is put somewhere, of the whole
JITTER = 1  # pixels off its place, at most, in either direction


def thickened(images: np.ndarray) -> np.ndarray:
    """Return images in which each pixel is the darkest ink of the 3 x 3 around it."""
    return ndimage.maximum_filter(images, (1, 3, 3))


def blurred(images: np.ndarray) -> np.ndarray:
    """Return images in which each pixel is the mean of the 5 x 5 around it; outside is paper."""
    sums = images.astype(np.int32)
    for axis in (1, 2):
        sums = ndimage.convolve1d(sums, np.ones(5), axis, mode="constant")
    return ((sums + 12) // 25).astype(np.uint8)


def striped(images: np.ndarray) -> np.ndarray:
    """Return images without ink in every third row, the first one included."""
    made = images.copy()
    made[:, ::3] = 0
    return made


STYLES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "drawn": lambda images: images,
    "thickened": thickened,
    "blurred": blurred,
    "inverted": lambda images: 255 - images,
    "striped": striped,
}
PLACES = {  # where the free rows and columns before the drawing stand: none, half or all of them
    "top-left": (0, 0),
    "top-right": (0, 2),
    "centre": (1, 1),
    "bottom-left": (2, 0),
    "bottom-right": (2, 2),
}


def in_style(images: np.ndarray, styles: np.ndarray) -> np.ndarray:
    """Return each image in its style, ``int[n]`` positions among ``STYLES``."""
    made = images.copy()
    for position, change in enumerate(STYLES.values()):
        chosen = styles == position
        made[chosen] = change(images[chosen])
    return made


def at_place(images: np.ndarray, places: np.ndarray, jitter: np.ndarray) -> np.ndarray:
    """Return each image shrunk and put at its place, ``int[n]`` positions among ``PLACES``, moved
    by ``jitter``, ``int[n, 2]`` pixels down and right."""
    side, before = drawing_side(images.shape[1]), corners(images.shape[1])[places] + jitter
    made = np.zeros_like(images)
    for page, (down, right), drawing in zip(made, before, shrunk(images), strict=True):
        page[down : down + side, right : right + side] = drawing
    return made


def corners(side: int) -> np.ndarray:
    """Return the rows and columns before a drawing at each place of a page of ``side`` pixels,
    ``int[places, 2]``, so that no jitter puts ink beyond the edge."""
    near, far = JITTER, side - drawing_side(side) - JITTER
    return np.array([near, (near + far) // 2, far])[np.array(list(PLACES.values()))]


def drawing_side(side: int) -> int:
    """Return the pixels a side of a drawing that is put somewhere on a page of ``side`` pixels."""
    return round(DRAWING * side)


def shrunk(images: np.ndarray) -> np.ndarray:
    """Return images at the size in which they are put somewhere: a pixel is the mean of those that
    it covers, of 28 a side 14/9 x 14/9."""
    side = images.shape[1]
    small = drawing_side(side)
    # Of the ``small`` parts of an old pixel, those that fall to each new one, which takes ``side``.
    starts = np.arange(small)[:, None] * side
    old = np.arange(side) * small
    shares = np.minimum(starts + side, old + small) - np.maximum(starts, old)
    weights = shares.clip(0).astype(np.float64)
    sums = (weights @ images @ weights.T).astype(np.int64)
    return ((sums + side**2 // 2) // side**2).astype(np.uint8)


def speckled(images: np.ndarray, level: float, rng: Generator) -> np.ndarray:
    """Return images with Gaussian noise on every pixel, of ``level`` times the range of grey."""
    noise = rng.standard_normal(images.shape, dtype=np.float32) * np.float32(255 * level)
    return np.rint(images + noise).clip(0, 255).astype(np.uint8)


def draw_kinds(images: int, rng: Generator) -> np.ndarray:
    """Return ``int[COPIES, images]`` positions of styles or places: no two copies of an image are
    alike, and within a copy each kind is as frequent as any other, but for one image."""
    names = rng.permutation(KINDS)
    first = rng.permutation(np.arange(images) % KINDS)
    steps = np.concatenate([[0], rng.permutation(np.arange(1, KINDS))[: COPIES - 1]])
    return names[(first + steps[:, None]) % KINDS]


def draw_jitter(images: int, rng: Generator) -> np.ndarray:
    """Return ``int[COPIES, images, 2]`` pixels down and right."""
    return rng.integers(-JITTER, JITTER + 1, size=(COPIES, images, 2))
