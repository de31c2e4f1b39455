from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from treemeta.randomness import generator
from treemeta.tasks.rendering import (
    COPIES,
    JITTER,
    KINDS,
    PLACES,
    STYLES,
    at_place,
    blurred,
    corners,
    draw_jitter,
    draw_kinds,
    in_style,
    shrunk,
    speckled,
    striped,
    thickened,
)

SEED = st.integers(0, 2**32)
NOISY = SEED.map(lambda seed: generator(seed).integers(0, 256, (4, 28, 28), dtype=np.uint8))
IMAGES = NOISY | arrays(np.uint8, st.tuples(st.integers(1, 3), st.just(28), st.just(28)))


def pooled(images: np.ndarray, pool: torch.nn.Module) -> np.ndarray:
    """Return images as PyTorch pools them."""
    return pool(torch.from_numpy(images).double()[:, None])[:, 0].round().numpy().astype(np.uint8)


@given(IMAGES)
def test_styles_are_what_pytorch_makes_of_images(images: np.ndarray) -> None:
    assert np.array_equal(thickened(images), pooled(images, torch.nn.MaxPool2d(3, 1, 1)))
    assert np.array_equal(blurred(images), pooled(images, torch.nn.AvgPool2d(5, 1, 2)))


@given(IMAGES)
def test_styles_keep_what_they_promise(images: np.ndarray) -> None:
    assert (thickened(images) >= images).all()
    assert (STYLES["drawn"](images) == images).all()
    assert (STYLES["inverted"](images) == 255 - images).all()
    rows = np.arange(28) % 3 == 0
    assert not striped(images)[:, rows].any()
    assert np.array_equal(striped(images)[:, ~rows], images[:, ~rows])


@given(IMAGES, SEED)
def test_each_image_gets_its_own_style(images: np.ndarray, seed: int) -> None:
    before, styles = images.copy(), generator(seed).integers(5, size=len(images))
    made = in_style(images, styles)
    for image, style, found in zip(images, styles, made, strict=True):
        assert np.array_equal(found, list(STYLES.values())[style](image[None])[0])
    assert np.array_equal(images, before)


@given(IMAGES)
def test_a_drawing_is_shrunk_by_area(images: np.ndarray) -> None:
    fine = images.repeat(18, axis=1).repeat(18, axis=2).astype(np.int64)
    sums = fine.reshape(len(images), 18, 28, 18, 28).sum(axis=(2, 4))
    assert np.array_equal(shrunk(images), np.floor(sums / 28**2 + 0.5))


@settings(max_examples=30)
@given(IMAGES, SEED)
def test_nothing_of_a_drawing_is_lost_and_nothing_else_is_on_the_page(
    images: np.ndarray, seed: int
) -> None:
    places = generator(seed, "places").integers(5, size=len(images))
    jitter = draw_jitter(len(images), generator(seed))[0]
    made = at_place(images, places, jitter)
    for page, drawing, place, moved in zip(made, shrunk(images), places, jitter, strict=True):
        down, right = corners(28)[place] + moved
        assert np.array_equal(page[down : down + 18, right : right + 18], drawing)
        assert page.sum() == drawing.sum()


def test_places_are_told_apart_by_where_the_ink_is() -> None:
    ink = np.full((45, 28, 28), 255, np.uint8)
    places, steps = np.arange(45) // 9, np.array([(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1)])
    made = at_place(ink, places, np.tile(steps, (5, 1)))
    rows = made.any(axis=2).argmax(axis=1).reshape(5, 9)
    columns = made.any(axis=1).argmax(axis=1).reshape(5, 9)
    bounds = [(part.min(axis=1).tolist(), part.max(axis=1).tolist()) for part in (rows, columns)]
    near, middle, far = (0, 2), (4, 6), (8, 10)
    down, right = (list(zip(*one, strict=True)) for one in bounds)
    assert list(PLACES) == ["top-left", "top-right", "centre", "bottom-left", "bottom-right"]
    assert down == [near, near, middle, far, far]
    assert right == [near, far, middle, near, far]


@given(st.integers(1, 40), SEED)
def test_kinds_are_even_in_each_copy_and_other_in_each_other(images: int, seed: int) -> None:
    kinds = draw_kinds(images, generator(seed))
    assert kinds.shape == (COPIES, images)
    for copy in kinds:
        counts = [Counter(copy.tolist())[kind] for kind in range(KINDS)]
        assert sum(counts) == images
        assert max(counts) - min(counts) <= 1
    assert all(len(set(image)) == COPIES for image in kinds.T.tolist())


def test_any_image_may_have_any_kind_in_any_copy() -> None:
    drawn = np.stack([draw_kinds(7, generator(0, number)) for number in range(200)])
    counts = np.stack([(drawn == kind).mean(axis=0) for kind in range(KINDS)])
    assert counts == pytest.approx(0.2, abs=0.1)
    assert len(STYLES) == len(PLACES) == KINDS


def test_jitter_takes_every_step_it_may() -> None:
    jitter = draw_jitter(200, generator(0))
    assert jitter.shape == (COPIES, 200, 2)
    for copy in jitter:
        assert len(np.unique(copy, axis=0)) == (2 * JITTER + 1) ** 2
        assert np.abs(copy).max() == JITTER


@pytest.mark.parametrize("level", [0.01, 0.05, 0.1])
def test_speckle_has_the_deviation_that_it_promises(level: float) -> None:
    images = np.full((20, 28, 28), 128, np.uint8)
    noise = speckled(images, level, generator(0)).astype(float) - 128
    assert noise.std() == pytest.approx(255 * level, rel=0.02)
    assert noise.mean() == pytest.approx(0, abs=255 * level / 20)
    rows, columns = noise[:, 1:] * noise[:, :-1], noise[..., 1:] * noise[..., :-1]
    assert max(abs(rows.mean()), abs(columns.mean())) < 0.05 * noise.var()  # each pixel by itself


@pytest.mark.parametrize("ink", [0, 255])
def test_speckle_ends_at_paper_and_at_ink(ink: int) -> None:
    made = speckled(np.full((5, 28, 28), ink, np.uint8), 0.2, generator(0))
    assert (made.shape, made.dtype) == ((5, 28, 28), np.uint8)
    assert (made == ink).mean() == pytest.approx(0.5, abs=0.03)
    assert np.abs(made.astype(float) - ink).mean() == pytest.approx(51 / 2.507, rel=0.05)


@given(SEED)
def test_more_speckle_is_the_same_noise_in_any_number_of_images(seed: int) -> None:
    images = np.full((3, 28, 28), 128, np.uint8)
    little, more = (speckled(images, level, generator(seed)) - 128.0 for level in (0.02, 0.04))
    assert np.abs(2 * little - more).max() <= 1.5  # as both are rounded
    fewer = speckled(images[:1], 0.04, generator(seed))
    assert np.array_equal(fewer - 128.0, more[:1])
