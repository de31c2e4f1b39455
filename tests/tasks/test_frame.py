from pathlib import Path

import numpy as np
import pytest

from tests.trees import sentence
from treemeta.errors import DataError
from treemeta.tasks.frame import frame_of


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("task,class,x,x\na,p,1,2\n", "has two columns 'x': rename one"),
        (",task,class,x\n0,a,p,1\n", r"column 1 of table .* has no name: .*index=False"),
        ("", "is empty: it needs a header, and a row for each example"),
        ("\n", "is empty: it needs a header"),
        (
            "task,class,x\na,p,1,2\n",
            r"cannot be read as csv \(.*Expected 3 fields in line 2, saw 4",
        ),
    ],
)
def test_columns_are_called_once_each(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(DataError, match=said) as caught:
        frame_of(tmp_path / "a.csv")
    sentence(caught)


def test_arrays_of_one_file_have_columns_of_their_own(tmp_path: Path) -> None:
    rows = {"task": np.array(["a", "b"]), "class": np.array(["p", "q"]), "x": np.eye(2)}
    np.savez(tmp_path / "a.npz", allow_pickle=False, x1=np.ones(2), **rows)
    with pytest.raises(DataError, match="has two columns 'x1': rename one"):
        frame_of(tmp_path / "a.npz")


def test_a_csv_is_text_as_it_stands(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("\ufefftask, x\n007,1e3\nNA,\n")
    frame = frame_of(tmp_path / "a.csv")
    assert (list(frame), list(frame.index)) == (["task", "x"], [0, 1])
    assert frame.to_numpy().tolist() == [["007", "1e3"], ["NA", ""]]


def test_a_file_that_is_not_there_is_near_one_that_is(tmp_path: Path) -> None:
    (tmp_path / "support.csv").touch()
    with pytest.raises(
        DataError, match=r"'.*suport.csv' cannot be read \(No such .*'.*support.csv'"
    ):
        frame_of(tmp_path / "suport.csv")


def test_what_is_no_archive_of_arrays_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "a.npz").write_bytes(b"no archive at all")
    said = "cannot be read as npz \\(it is no archive of numpy's\\): write it again"
    with pytest.raises(DataError, match=said) as caught:
        frame_of(tmp_path / "a.npz")
    sentence(caught)
