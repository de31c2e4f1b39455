from pathlib import Path

import numpy as np
import pytest

from treemeta.tasks.account import account, losses
from treemeta.tasks.depth import Scale
from treemeta.tasks.images import Reading
from treemeta.tasks.survey import Look, Survey


def found(*depths: str, pages: int = 1, light: bool = False) -> Survey:
    sizes = [(64, 64), (512, 300), (9, 200)]
    looks = [
        Look(size, depth, (0, 1), pages, False) for size, depth in zip(sizes, depths, strict=False)
    ]
    return Survey(tuple(looks), Reading(Scale((0, 4095), (-1.5, 2)), light))


@pytest.mark.parametrize(
    ("seen", "lost", "said"),
    [
        (found("8"), False, "images of 64 x 64 pixels, 8 bits, shrunk to 28 x 28 grey"),
        (
            found("8", "16"),
            True,
            "images of 64 x 64 to 512 x 300 pixels, 8 and 16 bits, shrunk to 28 x 28 grey; "
            "integers of more than 8 bits are scaled from 0 to 4095; what is not square is "
            "squeezed; colour is lost: --channels 3 keeps it",
        ),
        (
            found("float", "16", "8"),
            False,
            "images of 9 x 200 to 512 x 300 pixels, 8 and 16 bits and floats, shrunk to 28 x 28 "
            "grey; integers of more than 8 bits are scaled from 0 to 4095; floats are scaled from "
            "-1.5 to 2; what is not square is squeezed",
        ),
        (
            found("8", light=True),
            False,
            "images of 64 x 64 pixels, 8 bits, shrunk to 28 x 28 grey; light drawings on a "
            "transparent ground are made dark ones on white",
        ),
    ],
)
def test_what_is_kept_and_what_is_lost_is_said(seen: Survey, lost: bool, said: str) -> None:
    assert account(seen, 28, "1", lost) == said


def test_the_way_to_the_size_is_said() -> None:
    assert account(found("8"), 64, "3", False).endswith("8 bits, packed as 64 x 64 in colour")
    assert account(found("8"), 65, "3", False).endswith("8 bits, enlarged to 65 x 65 in colour")


def test_pages_and_blanks_are_counted() -> None:
    files = [Path(f"/data/task/class/{number}.png") for number in range(4)]
    grey = np.zeros((2, 5, 5), np.uint8)
    grey[0, 1, 1] = 9  # something
    full = np.stack([np.full((5, 5), 255, np.uint8), np.full((5, 5), 77, np.uint8)])
    told = list(losses(found("8", "8", pages=3), files, [grey, full]))
    assert told == [
        "4 pages or frames left out, as of 2 files with several the first alone is read: store "
        "each as a file",
        "2 images are blank, such as 'task/class/1.png': is anything drawn on them?",
    ]
    assert list(losses(found("8"), files[:1], [grey[:1]])) == []
