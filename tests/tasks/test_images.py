import zlib
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.tasks.planted import chunk, encoded, png
from treemeta.errors import DataError
from treemeta.tasks.depth import Scale
from treemeta.tasks.images import Reading, decode, read_image, shrink

NOISE = np.random.default_rng(0).integers(0, 256, (40, 30), dtype=np.uint8)
KINDS = ("PNG", "JPEG", "BMP", "TIFF", "GIF", "WEBP")


def read(content: bytes) -> np.ndarray:
    return read_image("name.png", lambda: content, shrink)


def page() -> Image.Image:
    """Return a white page of 56 x 56 whose left quarter is black."""
    image = Image.new("L", (56, 56), 255)
    image.paste(0, (0, 0, 14, 56))
    return image


def interrupted(content: bytes) -> bytes:
    """Return a png file whose pixels are interrupted by a chunk that nobody knows."""
    start = content.index(b"IDAT") - 4
    size = int.from_bytes(content[start : start + 4], "big")
    data = content[start + 8 : start + 8 + size]
    return content[:start] + chunk(b"IDAT", data[:500]) + chunk(b"@@@@", data[500:])


BOMB = chunk(b"zTXt", b"text\0\0" + zlib.compress(bytes(2**21)))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "LA", "RGBA", "CMYK"])
def test_dark_ink_is_255_in_every_mode(mode: str) -> None:
    image = shrink(page().convert(mode))
    assert (image.dtype, image.shape) == (np.uint8, (28, 28))
    assert (image[:, :7] == 255).all()
    assert (image[:, 7:] == 0).all()


def test_pixels_are_averaged_by_area() -> None:
    half = Image.new("L", (56, 56), 255)
    half.paste(0, (0, 0, 1, 56))  # half a pixel of the small image
    image = shrink(half)
    assert set(image[:, 0]) <= {127, 128}
    assert (image[:, 1:] == 0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_is_read_whatever_its_name(kind: str) -> None:
    expected = shrink(page()).astype(int)
    assert np.abs(read(encoded(page().convert("RGB"), kind)) - expected).max() <= 4


@pytest.mark.parametrize("mode", ["LA", "RGBA", "P"])
def test_what_is_transparent_is_paper(mode: str) -> None:
    image = Image.new("RGBA", (56, 56), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (0, 0, 14, 56))
    content = encoded(image.convert(mode))
    assert np.array_equal(read(content), shrink(page()))


def test_sixteen_bits_of_grey_are_scaled() -> None:
    deep = encoded(Image.fromarray(NOISE.astype(np.uint16) * 257))
    assert np.abs(read(deep).astype(int) - read(encoded(Image.fromarray(NOISE)))).max() <= 1


def test_the_scale_of_the_data_set_is_that_of_each_image() -> None:
    deep = encoded(Image.fromarray(NOISE.astype(np.uint16) * 16))
    scale = Scale(integers=(0, 4080))
    found = read_image("name.png", lambda: deep, shrink, Reading(scale))
    assert np.array_equal(found, read(encoded(Image.fromarray(NOISE))))
    assert np.array_equal(np.asarray(decode("name.png", deep, scale)), NOISE)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(
    ("kind", "deep"),
    [*((kind, False) for kind in ("PNG", "JPEG", "TIFF", "WEBP")), ("PNG", True), ("TIFF", True)],
)
def test_an_image_is_turned_as_its_exif_says(orientation: int, kind: str, deep: bool) -> None:
    page = np.full((8, 8), 255, np.uint8)
    page[0, :] = page[:, 0] = 0  # its first row is the top, its first column the left
    page[1, 6] = 0
    # How what is to be seen so lies in the file (EXIF 2.32, orientation).
    stored = {
        1: page, 2: page[:, ::-1], 3: page[::-1, ::-1], 4: page[::-1], 5: page.T,
        6: np.rot90(page), 7: page[::-1, ::-1].T, 8: np.rot90(page, -1),
    }[orientation]  # fmt: skip
    stored = np.kron(np.ascontiguousarray(stored), np.ones((8, 8), np.uint8))
    exif, file = Image.Exif(), BytesIO()
    exif[0x112] = orientation
    image = Image.fromarray(stored.astype(np.uint16) * 257 if deep else stored)
    image.save(file, kind, exif=exif, **({"quality": 95} if kind == "JPEG" else {}))
    seen = read_image("a", file.getvalue, lambda image: shrink(image, 8)).astype(int)
    assert np.abs(seen - (255 - page)).max() <= 8


def test_a_damaged_exif_turns_nothing() -> None:
    file = BytesIO()
    Image.fromarray(NOISE).save(file, "PNG", exif=b"Exif\0\0no tags at all")
    assert np.array_equal(read(file.getvalue()), shrink(Image.fromarray(NOISE)))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"text",
        png()[:40],
        png()[:-20],
        png()[:33] + BOMB + png()[33:],
        interrupted(encoded(Image.fromarray(NOISE))),
    ],
    ids=["empty", "text", "header", "truncated", "text bomb", "interrupted"],
)
def test_what_is_no_image_is_named(content: bytes) -> None:
    with pytest.raises(DataError, match=r"'name.png' cannot be .*: replace (or remove )?it$"):
        read(content)


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's, of what it skips
@settings(deadline=None, max_examples=200)
@given(st.sampled_from(KINDS), st.integers(0, 2000), st.integers(0, 255), st.floats(0.1, 2))
def test_damage_gives_an_image_or_one_sentence(
    kind: str, position: int, value: int, kept: float
) -> None:
    content = bytearray(encoded(Image.fromarray(NOISE), kind))
    content[position % len(content)] = value
    try:
        shape = read(bytes(content[: int(kept * len(content))])).shape
    except DataError:
        shape = (28, 28)
    assert shape == (28, 28)


def test_a_file_that_cannot_be_read_is_named() -> None:
    def read_failing() -> bytes:
        raise PermissionError(13, "Permission denied")

    with pytest.raises(DataError, match=r"image 'a.png' cannot be read \(.*Permission denied\)"):
        read_image("a.png", read_failing, shrink)


def test_an_unknown_kind_is_not_decoded() -> None:
    file = BytesIO()
    Image.new("RGB", (28, 28)).save(file, "PPM")
    with pytest.raises(DataError, match="cannot be decoded"):
        read(file.getvalue())
