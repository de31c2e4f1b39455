from pathlib import Path

import pytest

from treemeta.errors import ConfigError, DataError
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.truth import builtin_truths, of_lineage, omniglot_truths, read_truth


def test_omniglot_is_read_in_four_ways() -> None:
    whole, natural, loose, contested = omniglot_truths()
    assert len(whole.families) == len(whole.subfamilies) == len(whole.lineage) == 50
    assert len(set(whole.families.values())) == 8
    assert len(set(whole.subfamilies.values())) == 28
    assert sum(family == "Constructed" for family in whole.families.values()) == 10
    assert "Tengwar" not in natural.families
    assert "Braille" not in natural.lineage
    assert whole.lineage["Tibetan"][:4] == ("Proto-Sinaitic", "Phoenician", "Aramaic", "Brahmi")
    assert loose.lineage["Tibetan"] == ("Brahmi", "Gupta", "Tibetan")
    assert loose.lineage["Hebrew"] == whole.lineage["Hebrew"]
    assert loose.families == whole.families
    assert contested.families["Korean"] == "Isolate"
    assert "'Phags-pa" in contested.lineage["Korean"]
    assert contested.lineage["Greek"] == whole.lineage["Greek"]


def test_subfamilies_lie_within_families() -> None:
    whole = omniglot_truths()[0]
    for one, other in whole.subfamilies.items():
        same = {whole.families[t] for t, sub in whole.subfamilies.items() if sub == other}
        assert same == {whole.families[one]}


def test_glyphs_know_their_planted_families(small: Dataset) -> None:
    (found,) = builtin_truths(small)
    assert set(found.families) == set(small.tasks)
    assert found.families["family1_script01"] == "family1"
    assert found.groups("subfamily") == found.families


def test_a_lineage_of_two_has_subfamilies() -> None:
    found = of_lineage({"a": ("x", "y"), "b": ("x", "z"), "c": ("w",), "d": ()})
    assert found.families == {"a": "x", "b": "x", "c": "w"}
    assert found.subfamilies == {"a": "x > y", "b": "x > z", "c": "w"}


def test_a_table_of_the_user_s(tmp_path: Path) -> None:
    path = tmp_path / "truth.csv"
    path.write_text("\ufefftask,family,subfamily,lineage\na,x,x1,root > x > x1\nb, y ,,\n", "utf-8")
    found = read_truth(path)
    assert found.families == {"a": "x", "b": "y"}
    assert found.subfamilies == {"a": "x1", "b": "y"}
    assert found.lineage == {"a": ("root", "x", "x1"), "b": ("y",)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,family\na,x\n", "no columns task and family"),
        ("", "has no rows"),
        ("task,family\n", "has no rows"),
        ("task,family\na,x\na,y\n", "task 'a' twice"),
        ("task,family\na,\n", "without task or family"),
        ("task,family\na\n", "without task or family"),
        ("\ufefftask,family\n\x00".encode("utf-16"), "cannot be read as csv"),
    ],
)
def test_a_table_that_says_too_little(tmp_path: Path, text: str | bytes, said: str) -> None:
    path = tmp_path / "truth.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(DataError, match=said):
        read_truth(path)


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    for path, said in ((tmp_path / "missing.csv", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(ConfigError, match=said):
            read_truth(path)
