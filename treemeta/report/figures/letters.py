"""The letters that pictures have: fonts that hold them, and Latin ones in the place of others."""

import unicodedata
from functools import cache

# The first always comes with matplotlib; the next has its widths, for those who look at an svg.
FONTS = (
    "DejaVu Sans", "Verdana", "Noto Sans", "Noto Sans CJK SC", "Noto Sans CJK JP",
    "Noto Sans CJK KR", "Noto Sans Devanagari", "Noto Sans Arabic", "WenQuanYi Zen Hei",
    "PingFang SC", "Hiragino Sans", "Microsoft YaHei", "Malgun Gothic", "Nirmala UI",
    "Arial Unicode MS",
)  # fmt: skip
REWRITTEN = "Names whose letters no font here has are written in Latin ones; an svg keeps them."


@cache
def fonts_here() -> tuple[str, ...]:
    """Return those of ``FONTS`` that this machine has."""
    from matplotlib.font_manager import fontManager

    here = set(fontManager.get_font_names())
    return tuple(font for font in FONTS if font in here)


@cache
def _letters() -> frozenset[int]:
    """Return what can be written here, as code points."""
    from matplotlib.font_manager import findfont, get_font

    return frozenset(
        code for font in fonts_here() for code in get_font(findfont(font)).get_charmap()
    )


def legible(text: str) -> str:
    """Return a text with what no font here has in Latin letters, by Unicode's names of them; a
    question mark stands for what has none there, and nothing for a mark on a letter."""
    return "".join(one if ord(one) in _letters() else _latin(one) for one in text)


def _latin(one: str) -> str:
    from anyascii import anyascii

    return anyascii(one) or ("" if unicodedata.category(one).startswith("M") else "?")
