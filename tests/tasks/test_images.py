import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.tasks.planted import encoded, png
from treemeta.errors import DataError
from treemeta.tasks.images import LARGEST_SIDE, read_image, shrink

NOISE = np.random.default_rng(0).integers(0, 256, (40, 30), dtype=np.uint8)
KINDS = ("PNG", "JPEG", "BMP", "TIFF", "GIF", "WEBP")


def read(content: bytes) -> np.ndarray:
    return read_image("name.png", lambda: content, shrink)


def page() -> Image.Image:
    """Return a white page of 56 x 56 whose left quarter is black."""
    image = Image.new("L", (56, 56), 255)
    image.paste(0, (0, 0, 14, 56))
    return image


def chunk(kind: bytes, data: bytes) -> bytes:
    """Return one chunk of a png file."""
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check


def resized(content: bytes, width: int, height: int) -> bytes:
    """Return a png file that says it has another size."""
    header = struct.pack(">II", width, height) + content[24:29]
    return content[:8] + chunk(b"IHDR", header) + content[33:]


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


@pytest.mark.parametrize("side", [LARGEST_SIDE + 1, 5_000, 12_000, 60_000])
@pytest.mark.filterwarnings("error")
def test_a_huge_image_is_refused_before_it_is_decoded(side: int) -> None:
    for size in ((side, side), (side, 1), (1, side)):
        with pytest.raises(DataError, match=r"'name.png' .*: (shrink it|replace) or remove it"):
            read(resized(png(), *size))


def test_the_largest_image_is_taken() -> None:
    assert read(encoded(Image.new("1", (LARGEST_SIDE, 2), 1))).max() == 0


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
