from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage

from treemeta.errors import ConfigError
from treemeta.tasks.glyphs import GlyphCounts, make_glyphs
from treemeta.tasks.transform import (
    KINDS,
    Transform,
    blur,
    invert,
    mirror,
    parse_transform,
    rotate,
    thicken,
    thin,
    transform_classes,
)

Change = Callable[[np.ndarray, float], np.ndarray]
IMAGES = arrays(np.uint8, st.tuples(st.integers(1, 3), st.just(28), st.just(28)))
DRAWN = np.concatenate([images for _, _, images in make_glyphs(GlyphCounts(2, 1, 4, 3)).classes])
TRANSFORMS = st.sampled_from(sorted(KINDS)).flatmap(
    lambda kind: st.builds(Transform, st.just(kind), st.floats(KINDS[kind].least, KINDS[kind].most))
)
few = settings(deadline=None, max_examples=30)


def bar(width: int = 3, ink: int = 255) -> np.ndarray:
    """Return an image of one upright stroke."""
    image = np.zeros((1, 28, 28), np.uint8)
    image[:, :, 12 : 12 + width] = ink
    return image


def width(images: np.ndarray) -> float:
    """Return the width of an upright stroke in pixels, halfway up."""
    return images[0, 14].sum() / 255


@few
@given(IMAGES, st.sampled_from(["thick:0", "thin:0", "blur:0", "invert:0", "reflect:0", "rotate:0",
                                "rotate:360", "rotate:-360"]))  # fmt: skip
def test_what_changes_nothing_returns_the_same_bytes(images: np.ndarray, text: str) -> None:
    (made,) = transform_classes(parse_transform(text), [images])
    assert made.dtype == np.uint8
    assert np.array_equal(made, images)


@few
@given(IMAGES)
def test_what_is_undone_by_itself(images: np.ndarray) -> None:
    turned = images
    for _ in range(4):
        turned = rotate(turned, 90)
    assert np.array_equal(turned, images)
    assert np.array_equal(rotate(rotate(images, -90), 90), images)
    assert np.array_equal(mirror(mirror(images)), images)
    assert np.array_equal(invert(invert(images, 1), 1), images)
    assert np.array_equal(invert(images, 1), 255 - images)


@few
@given(IMAGES, st.floats(0, 3), st.floats(0, 3))
def test_a_wider_stroke_covers_a_narrower_one(images: np.ndarray, one: float, other: float) -> None:
    less, more = sorted((one, other))
    ordered = [thin(images, more), thin(images, less), images, thicken(images, less)]
    ordered.append(thicken(images, more))
    for narrow, wide in pairwise(ordered):
        assert (narrow <= wide).all()


@few
@given(IMAGES, st.floats(0, 3))
def test_to_thin_ink_is_to_thicken_paper(images: np.ndarray, amount: float) -> None:
    inside = np.zeros_like(images)
    inside[:, 4:-4, 4:-4] = images[:, 4:-4, 4:-4]  # for the edge of an image is paper to both
    both = thin(inside, amount), 255 - thicken(255 - inside, amount)
    assert np.array_equal(*(one[:, 2:-2, 2:-2] for one in both))


@given(st.floats(0, 6), st.sampled_from([bar(), bar(1), bar(2, 90), np.maximum(bar(), bar(5, 50))]))
def test_a_stroke_grows_by_the_strength(amount: float, drawn: np.ndarray) -> None:
    grown = width(thicken(drawn, amount)) - width(drawn)
    assert grown == pytest.approx(amount * drawn.max() / 255, abs=0.06)  # of rounding to bytes


@few
@given(IMAGES, st.floats(0, 3), st.sampled_from([thicken, thin, blur, invert]))
def test_no_direction_is_another(images: np.ndarray, amount: float, change: Change) -> None:
    amount = amount / 3 if change is invert else amount
    turned = rotate(change(images, amount), 90)
    apart = np.abs(change(rotate(images, 90), amount).astype(int) - turned)
    assert apart.max() <= (change is blur)  # whose sums are in another order


@given(st.floats(0, 3))
def test_a_stroke_shrinks_by_the_strength(amount: float) -> None:
    assert width(bar()) - width(thin(bar(), amount)) == pytest.approx(amount, abs=0.02)


def test_a_stroke_along_the_edge_shrinks_on_both_sides() -> None:
    assert thin(np.roll(bar(), -12, axis=2), 1)[0, 14, :4].tolist() == [127, 255, 127, 0]


@pytest.mark.parametrize("amount", [0.25, 0.5, 1.5, 4])
def test_thick_adds_ink_to_every_drawing_and_thin_takes_some(amount: float) -> None:
    ink = DRAWN.sum(axis=(1, 2), dtype=int)
    assert (thicken(DRAWN, amount).sum(axis=(1, 2), dtype=int) > ink).all()
    assert (thin(DRAWN, amount).sum(axis=(1, 2), dtype=int) < ink).all()


def test_a_dot_grows_to_a_disk() -> None:
    dot = np.zeros((1, 28, 28), np.uint8)
    dot[0, 14, 14] = 255
    grown = thicken(dot, 6)[0].astype(int)
    assert grown[11:18, 14].sum() == 255 * 7
    assert grown[11, 11] == 0  # a square would reach there
    assert all(np.array_equal(grown[7:22, 7:22], np.rot90(grown[7:22, 7:22], k)) for k in range(4))


@given(st.integers(0, 12))
def test_growth_by_whole_radii_is_scipy_s(radius: int) -> None:
    fine = DRAWN[:2].repeat(4, axis=1).repeat(4, axis=2)
    around = np.arange(-radius, radius + 1)
    disk = around[:, None] ** 2 + around**2 <= (radius + 0.5) ** 2
    grown = ndimage.grey_dilation(fine, footprint=disk[None], mode="constant")
    coarse = grown.reshape(2, 28, 4, 28, 4).mean(axis=(2, 4))
    assert np.array_equal(thicken(DRAWN[:2], radius / 2), np.rint(coarse))


@few
@given(arrays(np.uint8, (2, 8, 8)), st.floats(0, 2))
def test_blur_keeps_the_ink_of_what_does_not_touch_the_border(
    spot: np.ndarray, sigma: float
) -> None:
    images = np.pad(spot, ((0, 0), (10, 10), (10, 10)))
    blurred = blur(images, sigma)
    changed = (blurred > 0).sum(axis=(1, 2)) + 300  # each pixel is rounded, faint ones away
    lost = blurred.sum(axis=(1, 2), dtype=float) - images.sum(axis=(1, 2), dtype=float)
    assert (np.abs(lost) <= 0.5 * changed).all()
    assert (blurred.max(axis=(1, 2)) <= images.max(axis=(1, 2))).all()


def test_blur_spreads_by_its_sigma() -> None:
    across = blur(bar(1), 2)[0, 14].astype(float)
    places = np.arange(28) - 12
    spread = np.sqrt((across * places**2).sum() / across.sum())
    assert spread == pytest.approx(2, abs=0.1)
    assert width(blur(bar(1), 2)) == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("degrees", [90, 89.99, -270, -270.01])
def test_rotation_is_counter_clockwise(degrees: float) -> None:
    image = np.zeros((1, 28, 28), np.uint8)
    image[0, 4:8, 20:24] = 255  # above on the right, so then above on the left
    turned = rotate(image, degrees)[0]
    assert turned[4:8, 4:8].min() > 250
    assert turned.sum(dtype=int) == pytest.approx(image.sum(dtype=int), rel=0.01)


@given(st.floats(-360, 360))
def test_rotation_keeps_the_middle_where_it_is_and_wraps_nothing(degrees: float) -> None:
    image = np.zeros((1, 28, 28), np.uint8)
    image[0, 10:18, 10:18] = 200
    turned = rotate(image, degrees)
    assert turned[0, 12:16, 12:16].min() == turned.max() == 200
    assert turned[0, :7].max() == turned[0, -7:].max() == 0
    assert turned.sum(dtype=int) == pytest.approx(image.sum(dtype=int), rel=0.05)


def test_what_is_turned_in_from_outside_is_paper() -> None:
    turned = rotate(np.full((1, 28, 28), 255, np.uint8), 45)[0]
    assert turned[[0, 0, -1, -1], [0, -1, 0, -1]].tolist() == [0, 0, 0, 0]


def test_invert_goes_part_of_the_way() -> None:
    assert width(invert(bar(), 0.25)) == pytest.approx((3 * 0.75 + 25 * 0.25), abs=0.05)


@pytest.mark.parametrize(("share", "mirrored"), [(0, 0), (0.25, 1), (0.5, 2), (0.9, 4), (1, 4)])
def test_reflect_mirrors_the_first_classes(share: float, mirrored: int) -> None:
    classes = [DRAWN[3 * c : 3 * c + 3] for c in range(4)]
    made = transform_classes(Transform("reflect", share), classes)
    for position, (drawn, image) in enumerate(zip(classes, made, strict=True)):
        flipped = np.flip(drawn, axis=2)
        assert np.array_equal(image, flipped if position < mirrored else drawn)


@few
@given(TRANSFORMS, st.permutations(range(6)))
def test_an_image_comes_out_the_same_among_any_others(
    transform: Transform, order: list[int]
) -> None:
    before = DRAWN[:6].copy()
    (made,) = transform_classes(transform, [before])
    (shuffled,) = transform_classes(transform, [before[order]])
    assert (made.dtype, made.shape) == (np.uint8, before.shape)
    assert np.array_equal(shuffled, made[order])
    assert np.array_equal(before, DRAWN[:6])  # and the drawn ones are left as they are


@pytest.mark.parametrize(
    ("text", "transform", "label"),
    [
        ("thick", Transform("thick", 1), "thick 1"),
        ("thin", Transform("thin", 0.5), "thin 0.5"),
        ("invert", Transform("invert", 1), "invert 1"),
        ("blur", Transform("blur", 1), "blur 1"),
        ("rotate", Transform("rotate", 90), "rotate 90"),
        ("reflect", Transform("reflect", 1), "reflect 1"),
        ("thick:1.5", Transform("thick", 1.5), "thick 1.5"),
        ("rotate:-45.0", Transform("rotate", -45), "rotate -45"),
        ("blur:-0", Transform("blur", 0), "blur 0"),
    ],
)
def test_a_transform_is_read_and_labelled(text: str, transform: Transform, label: str) -> None:
    assert parse_transform(text) == transform
    assert parse_transform(text).label() == label


@given(TRANSFORMS)
def test_a_label_says_all_of_a_transform(transform: Transform) -> None:
    assert parse_transform(transform.label().replace(" ", ":")) == transform


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("thicc", "--transform 'thicc': did you mean 'thick'?"),
        ("thicc:1", "--transform 'thicc:1': did you mean 'thick'?"),
        (":1", "--transform ':1': choose thick, thin, invert, blur, rotate or reflect"),
        ("thick:abc", "--transform 'thick:abc': thick takes a number, not 'abc'"),
        ("thick:", "--transform 'thick:': thick takes a number, not ''"),
        ("thick:1:2", "thick takes a number, not '1:2'"),
        ("thick:-1", "--transform thick:-1: thick takes a strength from 0 to 6"),
        ("thin:3.1", "thin takes a strength from 0 to 3"),
        ("invert:2", "--transform invert:2: invert takes a strength from 0 to 1"),
        ("blur:nan", "--transform blur:nan: blur takes a strength from 0 to 5"),
        ("rotate:-361", "rotate takes a strength from -360 to 360"),
        ("reflect:inf", "reflect takes a strength from 0 to 1"),
    ],
)
def test_what_is_no_transform_is_refused(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_transform(text)
    assert message in str(caught.value)
    assert caught.value.exit_code == 2
