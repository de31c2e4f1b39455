from typing import Any

import numpy as np
import pytest

from tests.trees import sentence
from treemeta.errors import DataError
from treemeta.tasks.given import as_class, as_inputs, as_numbers, shown

GREY, COLOUR = np.zeros((3, 8, 8), np.uint8), np.zeros((3, 9, 9, 3), np.uint8)


@pytest.mark.parametrize("images", [GREY, COLOUR])
def test_images_are_as_they_were(images: np.ndarray) -> None:
    assert as_inputs(images, "it") is images


@pytest.mark.parametrize("kind", ["f2", "f4", "f8", "i8", "u1"])
def test_rows_of_numbers_are_floats(kind: str) -> None:
    found = as_inputs(np.arange(6, dtype=kind).reshape(2, 3), "it")
    assert found.dtype == np.float64
    assert found.tolist() == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (GREY + 0.0 - 1, r"float64\[3, 8, 8\]: give images, uint8"),
        (GREY.astype(float), r"float64\[3, 8, 8\]: if x are images, give \(255 \* x\)\.astype"),
        (GREY.astype(bool), r"give \(255 \* x\)\.astype\('uint8'\)$"),
        (GREY + np.int64(200), r"give x\.astype\('uint8'\)$"),
        (GREY[:, None], r"give x\.squeeze\(1\)$"),
        (GREY[..., None], r"give x\.squeeze\(3\)$"),
        (GREY[:, None] / 255, r"give \(255 \* x\)\.astype\('uint8'\)\.squeeze\(1\)$"),
        (np.moveaxis(COLOUR, -1, 1), r"give np\.moveaxis\(x, 1, -1\)$"),
        (COLOUR[0], r"uint8\[9, 9, 3\]: if x are images, give x\[None\]$"),
        (np.ma.masked_equal([[1.0, 2.0]], 2), "values that are masked: fill them in"),
        (GREY[:, :7], r"uint8\[3, 7, 8\]: images are square"),
        (GREY[:, :7, :7], "of 8 to 256 pixels"),
        (COLOUR[..., :2], "in 3 colours"),
        (GREY[:0], "an empty array"),
        (np.zeros((2, 0)), "an empty array"),
        (np.zeros(4), r"float64\[4\]: give images"),
        ([["a", "b"]], "give images"),
        ([[1.0, np.nan], [np.inf, 2]], "has 2 values that are no finite number:"),
        ([[1e300, 1.0]], "has 1 value that is too large for float32: scale its column"),
        ([[1.0], [1.0, 2.0]], "it is no array"),
        (None, "it is object"),
    ],
)
def test_what_is_neither_is_refused(values: Any, said: str) -> None:
    with pytest.raises(DataError, match=said) as caught:
        as_inputs(values, "it")
    sentence(caught)


def test_one_image_is_no_class_of_rows() -> None:
    for side in (8, 28):
        said = rf"it is uint8\[{side}, {side}\], which may be one image or {side} rows: of an image"
        with pytest.raises(DataError, match=said) as caught:
            as_class(np.zeros((side, side), np.uint8), "it")
        sentence(caught)
    for rows in (GREY[0].astype(float), GREY[0, :7, :7], GREY[0, :7]):
        assert as_class(rows, "it").shape == rows.shape
    assert as_class(GREY, "it") is GREY


def test_nothing_masked_is_an_array_like_others() -> None:
    whole = np.ma.masked_equal([[1.0, 2.0]], 3)
    assert as_inputs(whole, "it").tolist() == [[1, 2]]


def test_there_are_as_many_numbers_as_inputs() -> None:
    assert as_numbers([1, 2], 2, "it").dtype == np.float64
    for values in ([1], [[1], [2]], ["a", "b"], [1.0, np.nan]):
        with pytest.raises(DataError, match=r"^it ") as caught:
            as_numbers(values, 2, "it")
        sentence(caught)


def test_an_array_is_shown_by_type_and_shape() -> None:
    assert shown(COLOUR) == "uint8[3, 9, 9, 3]"
