import os
from pathlib import Path

import pytest

from treemeta.store.durable import replace_file


def test_the_disk_has_a_file_before_its_name_and_its_name_before_all_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    real = {"fsync": os.fsync, "replace": os.replace}

    def fsync(handle: int) -> None:
        place = os.readlink(f"/proc/self/fd/{handle}")
        done.append("folder" if place == str(tmp_path) else "file")
        real["fsync"](handle)

    def replace(*names: str) -> None:
        done.append("name")
        real["replace"](*names)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    replace_file(tmp_path / "a", b"content")
    assert done == ["file", "name", "folder"]
    assert (tmp_path / "a").read_bytes() == b"content"


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_what_fails_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    (tmp_path / "a").write_bytes(b"before")

    def fail(*_: object) -> None:
        raise OSError("disk")

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(OSError, match="disk"):
        replace_file(tmp_path / "a", b"after")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_bytes() == b"before"


def test_the_mode_stays_or_is_that_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    (tmp_path / "a").chmod(0o640)
    (tmp_path / "c").touch()
    for name in "ab":
        replace_file(tmp_path / name, b"x")
    modes = [(tmp_path / name).stat().st_mode & 0o777 for name in "abc"]
    assert modes == [0o640, modes[2], modes[2]]
