"""Transforms of images whose effect is known: what they are called and what they do.

============  =========================================================  =======  ===========
kind          strength                                                   default  bounds
============  =========================================================  =======  ===========
``thick``     pixels added to the width of strokes, half on each side    1        0 to 6
``thin``      pixels taken from the width of strokes                     0.5      0 to 3
``invert``    how far ink and paper are exchanged, 1 is wholly           1        0 to 1
``blur``      sigma of a Gaussian, in pixels                             1        0 to 5
``rotate``    degrees counter-clockwise about the centre                 90       -360 to 360
``reflect``   share of a task's classes mirrored left-right, first ones  1        0 to 1
============  =========================================================  =======  ===========

At strength 0 nothing changes. All functions take and return ``uint8[n, side, side]``, ink 255 on 0.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import ndimage

from treemeta.errors import ConfigError, way_out

FINER = 4  # strokes grow on an image with so many pixels for each pixel of a side


@dataclass(frozen=True)
class Kind:
    """What a kind of transform does to images, and the strengths it takes."""

    change: Callable[[np.ndarray, float], np.ndarray]
    default: float
    least: float
    most: float


@dataclass(frozen=True)
class Transform:
    """What is done to images, and how strongly; kinds and bounds as in this module's table."""

    kind: str
    strength: float

    def __post_init__(self) -> None:
        limits = KINDS[self.kind]
        if not limits.least <= self.strength <= limits.most:
            raise ConfigError(
                f"--transform {self.kind}:{self.strength:g}: {self.kind} takes a strength from "
                f"{limits.least:g} to {limits.most:g}"
            )
        object.__setattr__(self, "strength", float(self.strength) + 0.0)  # no -0.0

    def label(self) -> str:
        """Return the words that stand for this transform in the names of tasks: ``thick 1.5``."""
        return f"{self.kind} {repr(self.strength).removesuffix('.0')}"


def parse_transform(text: str) -> Transform:
    """Return the transform ``KIND`` or ``KIND:STRENGTH``; raises ``ConfigError`` if it is none."""
    kind, colon, strength = text.partition(":")
    if kind not in KINDS:
        raise ConfigError(f"--transform {text!r}: {way_out(kind, KINDS)}")
    try:
        number = float(strength) if colon else KINDS[kind].default
    except ValueError as error:
        raise ConfigError(
            f"--transform {text!r}: {kind} takes a number, not {strength!r}"
        ) from error
    return Transform(kind, number)


def transform_classes(transform: Transform, classes: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return the images of a task's classes, given in sorted order, as the transform makes them."""
    share = transform.strength if transform.kind == "reflect" else 1
    changed = round(share * len(classes))
    change = KINDS[transform.kind].change
    return [
        by_channel(change, images, transform.strength) if position < changed else images
        for position, images in enumerate(classes)
    ]


def by_channel(change: Callable[..., np.ndarray], images: np.ndarray, *more: Any) -> np.ndarray:
    """Return what a change of grey images makes of images, in colour of each channel alone."""
    if images.ndim == 3:
        return change(images, *more)
    made = [change(np.ascontiguousarray(images[..., c]), *more) for c in range(images.shape[3])]
    return np.stack(made, axis=3)


def thicken(images: np.ndarray, width: float) -> np.ndarray:
    """Return images whose strokes are ``width`` pixels wider: a dilation by a disk."""
    return _rounded(_dilate(images, FINER * width / 2, outside=0))


def thin(images: np.ndarray, width: float) -> np.ndarray:
    """Return images whose strokes are ``width`` pixels narrower: the paper is what grows."""
    return 255 - _rounded(_dilate(255 - images, FINER * width / 2, outside=255))


def invert(images: np.ndarray, share: float) -> np.ndarray:
    """Return images in which ink becomes paper and paper ink, wholly if ``share`` is 1."""
    ink = images.astype(float)
    return _rounded((1 - share) * ink + share * (255 - ink))


def blur(images: np.ndarray, sigma: float) -> np.ndarray:
    """Return images smoothed by a Gaussian of ``sigma`` pixels; what lies outside is paper."""
    return _rounded(
        ndimage.gaussian_filter(images, (0, sigma, sigma), output=np.float32, mode="constant")
    )


def rotate(images: np.ndarray, degrees: float) -> np.ndarray:
    """Return images turned counter-clockwise about their centre, exactly by quarters."""
    quarters, rest = divmod(degrees, 90)
    if rest == 0:
        return np.ascontiguousarray(np.rot90(images, int(quarters), axes=(1, 2)))
    return ndimage.rotate(
        images, degrees, axes=(2, 1), reshape=False, order=1, mode="grid-constant"
    )


def mirror(images: np.ndarray) -> np.ndarray:
    """Return images with left and right exchanged."""
    return np.ascontiguousarray(images[:, :, ::-1])


def _rounded(images: np.ndarray) -> np.ndarray:
    return np.rint(images).astype(np.uint8)


def _dilate(images: np.ndarray, radius: float, outside: int) -> np.ndarray:
    """Return ``float[n, side, side]``: each spot becomes the most that lies within ``radius``, in
    pixels of the finer image; between two whole radii it is interpolated."""
    fine = images.repeat(FINER, axis=1).repeat(FINER, axis=2)
    whole, part = divmod(radius, 1)
    grown = _coarse(_most_within(fine, int(whole), outside))
    if part:
        grown += part * (_coarse(_most_within(fine, int(whole) + 1, outside)) - grown)
    return grown


def _most_within(fine: np.ndarray, radius: int, outside: int) -> np.ndarray:
    # The same as ndimage.grey_dilation with this footprint, ten times as fast.
    around = np.arange(-radius, radius + 1)
    disk = around[:, None] ** 2 + around**2 <= (radius + 0.5) ** 2
    padded = np.pad(fine, ((0, 0), (radius, radius), (radius, radius)), constant_values=outside)
    most = fine.copy()
    _, height, width = fine.shape
    for down, right in np.argwhere(disk):
        np.maximum(most, padded[:, down : down + height, right : right + width], out=most)
    return most


def _coarse(fine: np.ndarray) -> np.ndarray:
    count, height, width = fine.shape
    shape = (count, height // FINER, FINER, width // FINER, FINER)
    return fine.reshape(shape).mean(axis=(2, 4))


KINDS = {
    "thick": Kind(thicken, default=1, least=0, most=6),
    "thin": Kind(thin, default=0.5, least=0, most=3),
    "invert": Kind(invert, default=1, least=0, most=1),
    "blur": Kind(blur, default=1, least=0, most=5),
    "rotate": Kind(rotate, default=90, least=-360, most=360),
    "reflect": Kind(lambda images, _: mirror(images), default=1, least=0, most=1),
}
