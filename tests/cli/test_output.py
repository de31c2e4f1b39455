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
