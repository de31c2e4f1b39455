"""A folder of images as a table: what a network makes of each image, beside its task and class."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from PIL import Image
from torch import Tensor

from treemeta.errors import DataError
from treemeta.tasks.image_file import read_file
from treemeta.tasks.images import Reading, read_image
from treemeta.tasks.layout import Layout
from treemeta.tasks.survey import survey

BATCH = 32  # images that a network is given at once


def embed(
    layout: Layout,
    see: Callable[[Image.Image], Tensor],
    network: Callable[[Tensor], Tensor],
    device: str = "cpu",
    told: Callable[[int], None] = lambda images: None,
) -> pd.DataFrame:
    """Return a row for every image of a folder, in its order: ``task``, ``class``, the ``role`` of
    the task where the layout says it, and the ``embedding``, ``float32[width]``.

    ``see`` makes ``Tensor[3, side, side]`` of an image in colour, ``network``
    ``Tensor[n, width]`` of many; ``told`` hears of how many more there are features. Raises
    ``DataError`` for an image that cannot be read, or whose features are not finite.
    """
    rows = [*_rows(layout.files, see, network, device, told)]
    columns = {
        "task": [file.parts[-3] for file in layout.files],
        "class": [file.parts[-2] for file in layout.files],
    }
    if layout.roles:
        columns["role"] = [layout.roles[task] for task in columns["task"]]
    return pd.DataFrame(columns | {"embedding": rows})


def _rows(
    files: list[Path],
    see: Callable[[Image.Image], Tensor],
    network: Callable[[Tensor], Tensor],
    device: str,
    told: Callable[[int], None],
) -> Iterator[np.ndarray]:
    reading = survey(files).reading
    for first in range(0, len(files), BATCH):
        batch = files[first : first + BATCH]
        seen = torch.stack([_seen(file, see, reading) for file in batch])
        with torch.inference_mode():
            rows = network(seen.to(device)).float().cpu().numpy()
        if not (finite := np.isfinite(rows).all(1)).all():
            raise DataError(
                f"the network makes no finite numbers of image {str(batch[finite.argmin()])!r}: "
                "name other weights"
            )
        yield from rows
        told(len(batch))


def _seen(file: Path, see: Callable[[Image.Image], Tensor], reading: Reading) -> Tensor:
    in_colour = partial(Image.Image.convert, mode="RGB")
    return see(read_image(str(file), partial(read_file, file), in_colour, reading))
