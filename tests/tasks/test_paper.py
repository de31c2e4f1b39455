import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from treemeta.tasks.images import shrink
from treemeta.tasks.paper import Opaque, lay, opaque

DRAWN = Image.new("L", (56, 56), 0)
ImageDraw.Draw(DRAWN).line([(5, 9), (50, 40)], fill=255, width=6)
OPACITY = DRAWN.resize((40, 40), Image.Resampling.LANCZOS)  # with soft edges
BLACK_ON_WHITE = Image.eval(OPACITY, lambda value: 255 - value)


def drawing(shade: object, mode: str = "RGBA") -> Image.Image:
    """Return the drawing in a shade, on nothing."""
    image = Image.new("RGB", OPACITY.size, shade)  # type: ignore[arg-type]
    image.putalpha(OPACITY)
    return image.convert(mode)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
@pytest.mark.parametrize(("shade", "light"), [("white", True), ("black", False)])
def test_a_drawing_on_nothing_is_dark_on_white(mode: str, shade: str, light: bool) -> None:
    image = drawing(shade, mode)
    assert opaque(image).is_light is light
    laid = shrink(lay(image, light)).astype(int)
    assert np.abs(laid - shrink(BLACK_ON_WHITE)).max() <= 1


@pytest.mark.parametrize(
    ("shade", "light"), [("yellow", True), ("#c8c8c8", True), ("red", False), ("#808080", False)]
)
def test_light_is_what_hardly_shows_on_white(shade: str, light: bool) -> None:
    assert opaque(drawing(shade)).is_light is light


def test_soft_edges_may_have_any_colour() -> None:
    white = np.array(drawing("white"))
    white[..., :3] = np.minimum(white[..., :3], white[..., 3:])  # shrunk over black, as many are
    assert opaque(Image.fromarray(white)).is_light


def test_paper_with_rounded_corners_is_no_light_drawing() -> None:
    page = BLACK_ON_WHITE.convert("RGBA")
    page.putpixel((0, 0), (255, 255, 255, 0))
    assert opaque(page).area == 40 * 40 - 1
    assert not opaque(page).is_light


def test_what_has_no_transparent_pixel_has_its_own_ground() -> None:
    for image in (BLACK_ON_WHITE, BLACK_ON_WHITE.convert("RGBA"), BLACK_ON_WHITE.convert("LA")):
        assert opaque(image) == Opaque()
        assert np.array_equal(shrink(lay(image, light=True)), shrink(BLACK_ON_WHITE))


def test_what_is_all_transparent_is_blank() -> None:
    nothing = Image.new("LA", (40, 40), (255, 0))
    assert opaque(nothing) == Opaque()
    assert not Opaque().is_light
    assert not shrink(lay(nothing)).any()


@given(st.integers(0, 99), st.integers(0, 99))
def test_the_whole_data_set_decides(light: int, dark: int) -> None:
    pieces = [Opaque(1, 1)] * light + [Opaque(1, 0)] * dark
    assert sum(pieces, Opaque()).is_light is (light > 49 * dark)
