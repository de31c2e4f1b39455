"""Transparent images, laid on paper: what is drawn comes out dark on light."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps

LIGHT = 192  # of 255: what is lighter hardly shows on white
SURE = 192  # of 255, an opacity: at soft edges the colour may be anything
NEARLY_ALL = 0.98  # of what is opaque is light where drawings are; of paper with ink on it less is


@dataclass(frozen=True)
class Opaque:
    """How many pixels of transparent images are opaque, and how many of these are light."""

    area: int = 0
    light: int = 0

    def __add__(self, other: "Opaque") -> "Opaque":
        return Opaque(self.area + other.area, self.light + other.light)

    @property
    def is_light(self) -> bool:
        """Whether the drawings would hardly show on white."""
        return self.light > NEARLY_ALL * self.area


def opaque(image: Image.Image) -> Opaque:
    """Return what is opaque of an image; nothing counts of one without a transparent pixel, which
    has a ground of its own."""
    if not image.has_transparency_data:
        return Opaque()
    seen = image.convert("RGBA")
    alpha, grey = np.asarray(seen.getchannel("A")), np.asarray(seen.convert("L"))
    if alpha.min() == 255:
        return Opaque()
    return Opaque(int((alpha >= SURE).sum()), int((grey[alpha >= SURE] >= LIGHT).sum()))


def lay(image: Image.Image, light: bool = False) -> Image.Image:
    """Return an image as it looks on white paper; of ``light`` drawings the negative, as on black.
    An image without a transparent pixel stays as it is."""
    if not image.has_transparency_data:
        return image
    seen = image.convert("RGBA")
    alpha = seen.getchannel("A")
    if light and alpha.getextrema()[0] != 255:
        seen = ImageOps.invert(seen.convert("RGB"))
        seen.putalpha(alpha)
    return Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen)
