import pytest

from treemeta.kinds import is_folder, is_rows, is_table


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("glyphs", ""),
        ("glyphs:families=2", ""),
        ("omniglot", ""),
        ("iconify", ""),
        ("functions", "rows"),
        ("functions:points=30", "rows"),
        ("some/where.csv", "rows table"),
        ("WHERE.NPZ", "rows table"),
        ("a.parquet", "rows table"),
        ("images", "folder"),
        ("functions/", "folder"),
        ("data.csv.d", "folder"),
    ],
)
def test_a_text_says_what_kind_of_data_it_names(text: str, kind: str) -> None:
    assert is_rows(text) == ("rows" in kind)
    assert is_table(text) == ("table" in kind)
    assert is_folder(text) == (kind == "folder")
