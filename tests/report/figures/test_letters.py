from collections.abc import Iterator

import pytest

from tests.trees import HOSTILE
from treemeta.report.figures import letters
from treemeta.report.figures.letters import FONTS, fonts_here, legible

KEPT = [name for name in HOSTILE if name.isprintable() and name != "\u65e5\u672c"]
STRANGE = {
    "\u65e5\u672c\u8a9e": "RiBenYu",
    "\u0915\u0932": "kl",
    "\ud55c\uad6d": "HanGug",
    "\u0939\u093f\u0928\u094d\u0926\u0940": "hindi",
    "\ue000": "?",
}


@pytest.fixture(autouse=True)
def one_font(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have only the font that comes with matplotlib, whatever this machine has."""
    monkeypatch.setattr(letters, "FONTS", FONTS[:1])
    for known in (fonts_here, letters._letters):
        known.cache_clear()
    yield
    for known in (fonts_here, letters._letters):
        known.cache_clear()


@pytest.mark.parametrize("name", STRANGE)
def test_letters_that_no_font_has_are_latin(name: str) -> None:
    assert legible(f"a {name} b") == f"a {STRANGE[name]} b"


@pytest.mark.parametrize(
    "name",
    ["Cyrillic \u0416", "Greek \u03a9", "\u0639\u0631\u0628\u064a", "Tifinagh \u2d30", *KEPT],
)
def test_what_the_font_has_is_kept(name: str) -> None:
    assert legible(name) == name


def test_the_first_font_is_there() -> None:
    assert fonts_here() == FONTS[:1]
