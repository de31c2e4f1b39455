"""Images in five styles and at five places: what questions ask about, or see past.

All functions take and return ``uint8[n, 28, 28]``, ink 255 on 0, and give the same bits on every
machine: what is a mean is a sum of whole numbers, divided once.
"""

from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from scipy import ndimage

from treemeta.tasks.dataset import SIDE

COPIES = 3  # at most so many renderings of one image, no two of one style or at one place
KINDS = 5  # of styles, and of places
DRAWING = 18  # pixels a side of a drawing that is put somewhere
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
_NEAR, _FAR = JITTER, SIDE - DRAWING - JITTER  # so that no jitter puts ink beyond the edge
PLACES = {  # rows and columns before the drawing
    "top-left": (_NEAR, _NEAR),
    "top-right": (_NEAR, _FAR),
    "centre": ((_NEAR + _FAR) // 2, (_NEAR + _FAR) // 2),
    "bottom-left": (_FAR, _NEAR),
    "bottom-right": (_FAR, _FAR),
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
    corners = np.array(list(PLACES.values()))[places] + jitter
    made = np.zeros_like(images)
    for page, (down, right), drawing in zip(made, corners, shrunk(images), strict=True):
        page[down : down + DRAWING, right : right + DRAWING] = drawing
    return made


def shrunk(images: np.ndarray) -> np.ndarray:
    """Return ``uint8[n, 18, 18]``: a pixel is the mean of the 14/9 x 14/9 pixels that it covers."""
    # Of the 18 parts of an old pixel, those that fall to each new one, which takes 28 of them.
    starts = np.arange(DRAWING)[:, None] * SIDE
    old = np.arange(SIDE) * DRAWING
    shares = np.minimum(starts + SIDE, old + DRAWING) - np.maximum(starts, old)
    weights = shares.clip(0).astype(np.float64)
    sums = (weights @ images @ weights.T).astype(np.int64)
    return ((sums + SIDE**2 // 2) // SIDE**2).astype(np.uint8)


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
