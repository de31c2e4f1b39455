import pytest

from treemeta.kinds import is_own, is_packed, is_rows, is_table


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("glyphs", ""),
        ("glyphs:families=2", ""),
        ("omniglot", ""),
        ("iconify", ""),
        ("functions", "rows"),
        ("functions:points=30", "rows"),
        ("some/where.csv", "own rows table"),
        ("WHERE.NPZ", "own rows table"),
        ("a.parquet", "own rows table"),
        ("images", "own"),
        ("functions/", "own"),
        ("data.csv.d", "own"),
        ("packed:images-0123456789abcdef", "own packed"),
        ("packed:rows-0123456789abcdef", "own rows packed"),
        ("packed:rows-../../etc", "own"),
        ("packed:rows-0123", "own"),
        ("packed:rows-0123456789abcdef.csv", "own rows table"),
    ],
)
def test_a_text_says_what_kind_of_data_it_names(text: str, kind: str) -> None:
    assert is_rows(text) == ("rows" in kind)
    assert is_packed(text) == ("packed" in kind)
    assert is_table(text) == ("table" in kind)
    assert is_own(text) == ("own" in kind)
