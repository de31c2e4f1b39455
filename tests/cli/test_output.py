from pathlib import Path

import pytest

from treemeta.cli.output import put


@pytest.mark.parametrize(
    ("export", "as_json", "out", "said"),
    [
        (False, False, "text\n", ""),
        (False, True, "{}", ""),
        (True, False, "", "wrote FILE\n"),
        (True, True, "{}", "wrote FILE\n"),
    ],
)
def test_a_file_takes_the_place_of_the_text_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], export: bool, as_json: bool, out: str,
    said: str,
) -> None:  # fmt: skip
    file = tmp_path / "file"
    put(lambda: b"bytes", file if export else None, lambda: "text", lambda: "{}", as_json)
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == (out, said.replace("FILE", str(file)))
    assert file.exists() == export
    assert not export or file.read_bytes() == b"bytes"


def test_what_has_no_room_in_a_file_stands_beside_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.csv"
    more = {"groups": b"more"}
    put(lambda: b"bytes", file, lambda: "text", lambda: "{}", False, lambda: more)
    beside = tmp_path / "a-groups.csv"
    assert (file.read_bytes(), beside.read_bytes()) == (b"bytes", b"more")
    assert capsys.readouterr().err == f"wrote {file}\nwrote {beside}\n"
    put(lambda: b"bytes", None, lambda: "text", lambda: "{}", False, lambda: more)
    assert len(list(tmp_path.iterdir())) == 2
