import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.tasks.planted import png, write_folder
from treemeta.errors import DataError
from treemeta.tasks import folder as reading
from treemeta.tasks.cache import Pack
from treemeta.tasks.image_file import LARGEST_FILE
from treemeta.tasks.layout import lay_out


def read_folder(path: Path, size: int = 28, channels: str = "1") -> Pack:
    return reading.read_folder(lay_out(path), size, channels)


def listing(path: Path) -> str:
    return reading.listing(lay_out(path))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "images", [f"task{i}" for i in range(10)])


def test_images_keep_their_class_and_their_order(folder: Path) -> None:
    pack = read_folder(folder)
    assert len(pack.classes) == 20
    for _, label, images in pack.classes:
        greys = [10 * int(label[-1]), 10 * int(label[-1]) + 1]
        assert [set(np.unique(image)) for image in images] == [{255 - grey} for grey in greys]
    assert list(pack.roles.values()).count("test") == 3
    assert pack.lineage == {}


@pytest.mark.parametrize("change", ["add", "remove", "rename", "edit", "touch"])
def test_a_changed_folder_has_another_listing(folder: Path, change: str) -> None:
    file = folder / "task0" / "class0" / "0.png"
    before = listing(folder)
    assert listing(folder) == before
    if change == "add":
        (file.parent / "2.png").write_bytes(png())
    elif change == "remove":
        file.unlink()
    elif change == "rename":
        file.rename(file.parent / "9.png")
    elif change == "edit":
        seen = file.stat()
        file.write_bytes(png(77) + b" ")
        os.utime(file, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    else:
        os.utime(file, ns=(1, 1))
    assert listing(folder) != before


@pytest.mark.parametrize("content", [b"", b"text", png()[:50]])
def test_a_corrupt_image_is_named(folder: Path, content: bytes) -> None:
    file = folder / "task1" / "class1" / "0.png"
    file.write_bytes(content)
    with pytest.raises(DataError, match=f"image '{file}' cannot be .*: replace"):
        read_folder(folder)


def test_a_file_over_the_limit_is_not_read(folder: Path) -> None:
    file = folder / "task1" / "class1" / "0.png"
    os.truncate(file, LARGEST_FILE + 1)
    with pytest.raises(DataError, match=f"image '{file}' is over .* bytes: shrink or remove"):
        read_folder(folder)


@pytest.mark.parametrize("name", [b"task\xff/class", b"task/class\xff"])
def test_a_name_that_is_not_utf8_is_refused(folder: Path, name: bytes) -> None:
    path = os.path.join(os.fsencode(folder), name)
    os.makedirs(path)
    Path(os.fsdecode(path), "a.png").write_bytes(png())
    with pytest.raises(DataError, match="whose name is not UTF-8: rename it") as caught:
        read_folder(folder)
    assert str(caught.value).encode()  # can be printed


def test_the_layout_s_roles_are_those_of_the_pack(folder: Path) -> None:
    for number in range(10):
        split = folder / ("train" if number % 2 else "test")
        split.mkdir(exist_ok=True)
        (folder / f"task{number}").rename(split / f"task{number}")
    roles = read_folder(folder).roles
    assert roles == {f"task{n}": "train" if n % 2 else "test" for n in range(10)}


def test_a_link_more_or_less_is_another_listing(folder: Path) -> None:
    before = listing(folder)
    (folder / "link").symlink_to("task0")
    assert listing(folder) != before


def test_colour_that_is_lost_is_said_once_it_is(folder: Path) -> None:
    Image.new("RGB", (28, 28), "red").save(folder / "task3" / "class1" / "2.png")
    lost, kept, auto = (read_folder(folder, channels=one) for one in ("1", "3", "auto"))
    assert lost.about.endswith("28 x 28 grey; colour is lost: --channels 3 keeps it")
    assert kept.about == auto.about == lost.about.partition("grey")[0] + "in colour"
    assert not [one for one in lost.told if "colour alone" in one]  # they differ in shade too


def test_eight_bits_are_packed_as_they_always_were(tmp_path: Path) -> None:
    rng, expected = np.random.default_rng(0), {}
    modes = {"1": "png", "L": "jpg", "RGB": "jpg", "P": "gif", "CMYK": "tif", "RGBA": "webp"}
    for mode, ending in modes.items():
        file = tmp_path / "task" / mode / f"a.{ending}"
        file.parent.mkdir(parents=True)
        pixels = rng.integers(0, 256, (*rng.integers(9, 70, 2), 4), dtype=np.uint8)
        Image.fromarray(pixels).convert("RGB").convert(mode).save(file)
        with Image.open(file) as image:
            grey = image.convert("RGB").convert("L") if mode == "P" else image.convert("L")
            small = grey.resize((28, 28), Image.Resampling.BOX)
        expected[mode] = 255 - np.asarray(small)
    for _, mode, images in read_folder(tmp_path).classes:
        assert np.array_equal(images[0], expected[mode])
