"""Which images are in colour, and whether classes differ in colour alone."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from treemeta.defaults import SIDE

GREY_MODES = ("1", "L", "LA")
TINGE = 12  # of 255, by which the channels of a grey pixel may differ
LOST = 2.0  # times chance: classes that differ so little in grey are hardly told apart there
KEPT = 10.0  # times chance: classes that differ so much in colour are


def has_colour(image: Image.Image) -> bool:
    """Return whether an image is more than shades of grey; what a JPEG makes of grey is none."""
    if image.mode in GREY_MODES:
        return False
    small = np.asarray(image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX))
    return bool(np.ptp(small.astype(int), axis=2).max() > TINGE)


def tone(image: Image.Image) -> np.ndarray:
    """Return by how much the mean red, green and blue of an image are above its mean grey."""
    mean = image.convert("RGB").resize((1, 1), Image.Resampling.BOX)
    return np.array(mean.getpixel((0, 0)), dtype=float) - float(np.asarray(mean.convert("L"))[0, 0])


def difference(classes: Sequence[np.ndarray]) -> float:
    """Return Fisher's F of classes of images, each ``[n, ...]`` in levels of 255, pooled over all
    numbers of an image: about 1 or less where images of two classes differ by no more than those of
    one, give or take a level."""
    numbers = [images.reshape(len(images), -1).astype(float) for images in classes]
    count, whole = sum(map(len, numbers)), np.concatenate(numbers).mean(axis=0)
    between = sum(len(one) * ((one.mean(axis=0) - whole) ** 2).sum() for one in numbers)
    within = sum(((one - one.mean(axis=0)) ** 2).sum() for one in numbers)
    free = max(count - len(numbers), 1)
    return float((between / max(len(numbers) - 1, 1)) / (within / free + len(whole)))


def in_colour_alone(
    grey: Sequence[Sequence[np.ndarray]], tones: Sequence[Sequence[np.ndarray]]
) -> bool:
    """Return whether most tasks' classes, given by their images in grey and by their tones, are
    told apart by colour and by nothing else."""
    shapes = [
        max(difference(task), difference([each.mean(axis=(1, 2)) for each in task]))
        for task in grey
    ]
    colours = [difference(task) for task in tones]
    return bool(np.median(shapes) < LOST and np.median(colours) > KEPT)
