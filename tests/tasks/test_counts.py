from dataclasses import asdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treemeta.errors import ConfigError
from treemeta.tasks.counts import parse_counts, spelled
from treemeta.tasks.functions import FunctionCounts
from treemeta.tasks.glyphs import GlyphCounts

COUNTS = st.builds(
    GlyphCounts,
    families=st.integers(1, 3),
    scripts=st.integers(1, 5),
    effect=st.floats(0, 3),
    seed=st.integers(0, 3),
)


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("glyphs", GlyphCounts()),
        ("glyphs:", GlyphCounts()),
        ("glyphs:families=4,effect=0.5", GlyphCounts(families=4, effect=0.5)),
        ("glyphs:seed=7,", GlyphCounts(seed=7)),
    ],
)
def test_counts_are_read_from_a_name(text: str, counts: GlyphCounts) -> None:
    assert parse_counts(text, GlyphCounts()) == counts


@settings(deadline=None)
@given(COUNTS)
def test_a_label_says_all_counts(counts: GlyphCounts) -> None:
    assert parse_counts(counts.label(), GlyphCounts()) == counts
    assert counts.label().count("=") == len(asdict(counts))
    assert counts.label() == spelled("glyphs", counts)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("bad=1", "'glyphs:bad=1': 'bad' is none of families, scripts, characters, drawings"),
        ("families=x", "'glyphs:families=x': families takes a number, not 'x'"),
        ("families=1.5", "families takes a number, not '1.5'"),
        ("families", "families takes a number, not ''"),
        ("families=0", "glyphs:families=0 must be from 1 to 9999"),
        ("drawings=10000", "glyphs:drawings=10000 must be from 1 to 9999"),
        ("effect=-1", "glyphs:effect=-1.0 must be from 0"),
        ("effect=nan", "glyphs:effect=nan must be from 0"),
        ("effect=inf", "glyphs:effect=inf must be from 0"),
        ("seed=-1", "glyphs:seed=-1 must be from 0"),
    ],
)
def test_counts_that_make_no_sense_are_refused(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_counts(f"glyphs:{text}", GlyphCounts())
    assert message in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_count_is_given_once() -> None:
    with pytest.raises(ConfigError, match="sets families twice: keep one"):
        parse_counts("glyphs:families=2,scripts=3,families=3", GlyphCounts())


def test_every_made_data_set_has_counts_of_its_own() -> None:
    counts = FunctionCounts(functions=3, noise=0.5)
    assert parse_counts("functions:functions=3,noise=.5", FunctionCounts()) == counts
    with pytest.raises(ConfigError, match="'scripts' is none of functions, held_out, points"):
        parse_counts("functions:scripts=3", FunctionCounts())
