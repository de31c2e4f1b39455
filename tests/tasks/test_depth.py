from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.tasks.planted import deep_png, encoded
from treemeta.errors import DataError
from treemeta.tasks.depth import (
    ALL,
    Scale,
    samples,
    shown_range,
    stored,
    to_bytes,
    whole_range,
)
from treemeta.tasks.image_file import open_image

RNG = np.random.default_rng(0)
WORDS = RNG.integers(0, 2**16, (7, 5), dtype=np.uint16)


def tiff(pixels: np.ndarray, **options: object) -> bytes:
    file = BytesIO()
    Image.fromarray(pixels).save(file, "TIFF", **options)
    return file.getvalue()


def big_endian(words: np.ndarray) -> bytes:
    raw = words.astype(">u2").tobytes()
    return encoded(Image.frombytes("I;16B", words.shape[::-1], raw), "TIFF")


@pytest.mark.parametrize(
    ("content", "depth", "numbers"),
    [
        (encoded(Image.fromarray(WORDS)), "16", WORDS),
        (tiff(WORDS), "16", WORDS),
        (tiff(WORDS, compression="tiff_lzw"), "16", WORDS),
        (big_endian(WORDS), "16", WORDS),
        (tiff(WORDS.astype(np.int32) - 9), "32", WORDS.astype(np.int32) - 9),
        (tiff(WORDS.astype(np.float32) / 7), "float", WORDS.astype(np.float32) / 7),
    ],
    ids=["png", "tiff", "compressed", "big-endian", "negative", "float"],
)
def test_the_numbers_are_those_of_the_file(content: bytes, depth: str, numbers: np.ndarray) -> None:
    assert stored(open_image("a", content)) == depth
    assert np.array_equal(samples("a", content), numbers)


@pytest.mark.parametrize("bands", [1, 2, 3, 4])
def test_colours_and_opacities_of_16_bits_are_whole(bands: int) -> None:
    numbers = RNG.integers(0, 2**16, (7, 5, bands), dtype=np.uint16)
    content = deep_png(numbers)
    assert stored(open_image("a", content)) == "16"
    assert np.array_equal(samples("a", content).reshape(numbers.shape), numbers)
    image = to_bytes(open_image("a", content), samples("a", content), ALL)
    assert image.mode == {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[bands]
    assert np.abs(np.asarray(image).reshape(numbers.shape) - numbers / 257).max() <= 0.5


@pytest.mark.parametrize("order", ["<", ">"])
def test_colours_of_16_bits_in_a_tiff_are_whole(order: str) -> None:
    numbers = RNG.integers(0, 2**16, (6, 4, 3), dtype=np.uint16)
    content = tiff_of_colours(numbers, order)
    assert stored(open_image("a", content)) == "16"
    assert np.array_equal(samples("a", content), numbers)


def tiff_of_colours(numbers: np.ndarray, order: str) -> bytes:
    """Return a tiff of two strips, which Pillow does not write of such colours."""
    height, width, _ = numbers.shape
    pixels, size = numbers.astype(f"{order}u2").tobytes(), numbers.nbytes // 2
    first = 8
    after = first + len(pixels)
    tags = [
        (256, width), (257, height), (258, after), (259, 1), (262, 2), (273, after + 6),
        (277, 3), (278, height // 2), (279, after + 14),
    ]  # fmt: skip
    counts = {258: 3, 273: 2, 279: 2}
    extra = np.array([16, 16, 16], f"{order}u2").tobytes()
    extra += np.array([first, first + size, size, size], f"{order}u4").tobytes()
    directory = np.array([len(tags)], f"{order}u2").tobytes()
    for tag, value in tags:
        kind = 3 if tag == 258 else 4
        directory += np.array([tag, kind], f"{order}u2").tobytes()
        directory += np.array([counts.get(tag, 1), value], f"{order}u4").tobytes()
    header = (b"II*\0" if order == "<" else b"MM\0*") + np.array(
        [after + len(extra)], f"{order}u4"
    ).tobytes()
    return header + pixels + extra + directory + bytes(4)


def test_unsigned_integers_of_32_bits_stay_so() -> None:
    numbers = np.array([[0, 1, 2**31, 2**32 - 1]], np.uint32)
    content = bytearray(tiff(numbers.view(np.int32)))
    entry = content.index((339).to_bytes(2, "little"))  # SampleFormat, which Pillow writes as 2
    content[entry + 8] = 1
    assert np.array_equal(samples("a", bytes(content)), numbers)
    image = to_bytes(open_image("a", bytes(content)), numbers, Scale(whole_range(0, 2**32 - 1)))
    assert np.asarray(image).tolist() == [[0, 0, 128, 255]]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_refused_by_name(bad: float) -> None:
    pixels = np.zeros((3, 3), np.float32)
    pixels[1, 1] = bad
    with pytest.raises(DataError, match=r"image 'a' has pixels that are NaN or infinite: replace"):
        samples("a", tiff(pixels))


@given(st.integers(0, 2**32 - 1))
def test_integers_are_scaled_by_as_many_bits_as_they_take(greatest: int) -> None:
    black, white = whole_range(0, greatest)
    assert black == 0
    assert white in {2.0**bits - 1 for bits in range(33)}
    assert white / 2 <= greatest <= white


def test_where_some_are_negative_the_range_is_their_own() -> None:
    assert whole_range(-5, 9) == (-5, 9)
    assert whole_range(0, 4000) == (0, 4095)


def test_the_ends_of_a_scale_are_black_and_white() -> None:
    pixels = np.array([[-0.5, -0.1, 0.05, 0.2, 0.9]], np.float32)
    image = open_image("a", tiff(pixels))
    made = np.asarray(to_bytes(image, pixels, Scale(floats=(-0.1, 0.2))))
    assert made[0].tolist() == [0, 0, 128, 255, 255]
    assert not np.asarray(to_bytes(image, pixels[:, :1], Scale(floats=(-0.5, -0.5)))).any()


def test_where_zero_is_white_it_is_white() -> None:
    content = bytearray(tiff(WORDS))
    entry = content.index((262).to_bytes(2, "little"))
    content[entry + 8] = 0
    image = open_image("a", bytes(content))
    made = np.asarray(to_bytes(image, samples("a", bytes(content)), ALL)).astype(int)
    assert np.abs(made - (255 - WORDS / 257)).max() <= 0.5


@pytest.mark.parametrize("bands", [1, 3])
def test_a_colour_that_is_called_transparent_is(bands: int) -> None:
    numbers = np.full((2, 2, bands), 4000, np.uint16)
    numbers[0, 0] = 77
    content = deep_png(numbers, clear=(77,) * bands)
    image = open_image("a", content)
    made = to_bytes(image, samples("a", content), Scale((0, 4000)))
    assert np.asarray(made.getchannel("A")).tolist() == [[0, 255], [255, 255]]
    assert np.asarray(made)[1, 1].tolist() == [255] * (bands + 1)


def test_the_range_is_of_what_is_shown() -> None:
    numbers = np.array([[[5, 65535], [90, 0]]], np.uint16)
    content = deep_png(numbers)
    assert shown_range(open_image("a", content), samples("a", content)) == (5, 90)


def test_eight_bits_are_eight() -> None:
    for mode in ("1", "L", "P", "RGB", "RGBA", "LA"):
        assert stored(open_image("a", encoded(Image.new(mode, (3, 3))))) == "8"
