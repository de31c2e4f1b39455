import struct
from io import BytesIO

import pytest
from PIL import Image

from tests.tasks.planted import chunk, encoded, png
from treemeta.errors import DataError
from treemeta.tasks.image_file import (
    MOST_PIXELS,
    WHOLE,
    naming,
    open_image,
    pages,
    turn_upright,
)


def resized(content: bytes, width: int, height: int) -> bytes:
    """Return a png file that says it has another size."""
    header = struct.pack(">II", width, height) + content[24:29]
    return content[:8] + chunk(b"IHDR", header) + content[33:]


@pytest.mark.parametrize("size", [(10_001, 10_000), (12_000, 12_000), (1, MOST_PIXELS + 1)])
@pytest.mark.filterwarnings("error")  # of what is huge, Pillow's would be printed
def test_a_huge_image_is_refused_before_it_is_decoded(size: tuple[int, int]) -> None:
    said = f"'a' has {size[0]} x {size[1]} pixels, and 100,000,000 is the most: shrink it or remove"
    with pytest.raises(DataError, match=said), naming("a"):
        open_image("a", resized(png(), *size))


def test_what_is_huge_beyond_words_is_refused_too() -> None:
    said = "'a' has too many pixels, and 100,000,000 is the most: shrink it or remove it"
    with pytest.raises(DataError, match=said), naming("a"):
        open_image("a", resized(png(), 100_000, 100_000))


def test_the_largest_image_is_opened() -> None:
    with naming("a"):
        assert open_image("a", resized(png(), 10_000, 10_000)).size == (10_000, 10_000)


@pytest.mark.parametrize(("side", "decoded"), [(WHOLE, WHOLE), (WHOLE + 8, (WHOLE + 8) // 8)])
def test_of_a_huge_photo_a_fraction_is_decoded(side: int, decoded: int) -> None:
    image = open_image("a", encoded(Image.new("L", (side, side)), "JPEG"))
    assert image.size == (side, side)
    turn_upright(image)
    assert image.size == (decoded, decoded)


@pytest.mark.parametrize("kind", ["TIFF", "GIF", "PNG", "WEBP"])
def test_pages_are_counted(kind: str) -> None:
    shades = [Image.new("L", (9, 9), 40 * number) for number in range(3)]
    file = BytesIO()
    shades[0].save(file, kind, save_all=True, append_images=shades[1:])
    assert pages(open_image("a", file.getvalue())) == 3
    assert pages(open_image("a", encoded(shades[0], kind))) == 1


def test_a_damaged_second_page_is_none() -> None:
    whole = encoded(Image.new("L", (9, 9)), "TIFF")
    offset = struct.unpack("<I", whole[4:8])[0]
    end = offset + 2 + 12 * struct.unpack("<H", whole[offset : offset + 2])[0]
    damaged = whole[:end] + struct.pack("<I", 2**31) + whole[end + 4 :]
    with naming("a"):
        assert pages(open_image("a", damaged)) == 1
