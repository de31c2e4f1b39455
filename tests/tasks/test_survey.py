from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from treemeta.errors import DataError
from treemeta.tasks.depth import ALL, Scale
from treemeta.tasks.images import ALONE
from treemeta.tasks.survey import any_colour, survey


def write(folder: Path, **images: np.ndarray) -> list[Path]:
    """Write arrays as tiff files."""
    files = []
    for name, pixels in images.items():
        files.append(folder / f"{name}.tif")
        Image.fromarray(pixels).save(files[-1])
    return files


def test_the_scale_is_that_of_all_images_of_a_kind(tmp_path: Path) -> None:
    files = write(
        tmp_path,
        a=np.array([[3, 900]], np.uint16),
        b=np.array([[0, 4000]], np.int32),
        c=np.array([[0.5, 7]], np.float32),
        d=np.array([[-2, 1]], np.float32),
        e=np.array([[0, 255]], np.uint8),
    )
    found = survey(files)
    assert found.reading.scale == Scale((0, 4095), (-2, 7))
    assert [one.depth for one in found.looks] == ["16", "32", "float", "float", "8"]
    assert survey(files[4:]).reading == ALONE
    assert survey(files[:1]).reading.scale == Scale((0, 1023), ALL.floats)


def test_eight_bits_without_transparency_are_not_decoded(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    Image.fromarray(np.zeros((50, 50), np.uint8)).save(file)
    file.write_bytes(file.read_bytes()[:60])  # its header is whole
    (look,) = survey([file]).looks
    assert (look.size, look.pages, look.clear) == ((50, 50), 1, False)
    with pytest.raises(DataError, match=r"a\.png' cannot be read"):
        any_colour([file], ALONE)


def test_light_drawings_are_found_at_the_scale_of_all(tmp_path: Path) -> None:
    from tests.tasks.planted import deep_png

    page = np.zeros((8, 8, 2), np.uint16)
    page[2:5, 2:5] = (4000, 65535)  # white, of 12 bits
    (tmp_path / "a.png").write_bytes(deep_png(page))
    (tmp_path / "b.png").write_bytes(deep_png(page // 2))
    assert survey([tmp_path / "a.png"]).reading.light
    page[2:5, 2:5, 0] = 400
    (tmp_path / "b.png").write_bytes(deep_png(page))
    assert not survey([tmp_path / "a.png", tmp_path / "b.png"]).reading.light


def test_one_image_in_colour_is_enough(tmp_path: Path) -> None:
    grey, red = np.zeros((5, 5, 3), np.uint8), np.full((5, 5, 3), (255, 0, 0), np.uint8)
    files = write(tmp_path, a=grey, b=red)
    assert any_colour(files, ALONE)
    assert not any_colour(files[:1], ALONE)
