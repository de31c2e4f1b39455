import errno
import os
from pathlib import Path

import pytest

from tests.trees import sentence
from treemeta.errors import ConfigError, StorageError
from treemeta.report.files import kind_of, write_file


@pytest.mark.parametrize(
    ("name", "kind"), [("a.svg", "svg"), ("a.b.PNG", "png"), ("./a.x.dot", "dot")]
)
def test_a_file_names_its_format(name: str, kind: str) -> None:
    assert kind_of(Path(name), ("svg", "png", "dot")) == kind


@pytest.mark.parametrize("name", ["a", "a.", "a.txt", ".svg", "svg", "a.svg/b", "\x1b[31m.x"])
def test_a_file_that_names_no_format_is_refused(name: str) -> None:
    with pytest.raises(ConfigError) as caught:
        kind_of(Path(name), ("svg", "png"))
    assert sentence(caught) == f"file {name!r} ends in none of .svg, .png: rename it"


def test_a_folder_that_is_missing_is_told_before_the_work(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as caught:
        kind_of(tmp_path / "no" / "a.svg", ("svg",))
    assert "/no' does not exist: make it first" in sentence(caught)


def test_files_are_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    for content in (b"long content", b"short", b""):
        write_file(path, content)
        assert path.read_bytes() == content
    assert [one.name for one in tmp_path.iterdir()] == ["a.svg"]


def test_a_new_file_has_the_mode_that_the_user_wants_and_an_old_one_keeps_its_own(
    tmp_path: Path,
) -> None:
    for mask, mode in ((0o022, 0o644), (0o077, 0o600), (0o002, 0o664)):
        before = os.umask(mask)
        try:
            write_file(tmp_path / f"{mode}.svg", b"")
        finally:
            os.umask(before)
        assert (tmp_path / f"{mode}.svg").stat().st_mode & 0o777 == mode
    old = tmp_path / "old.svg"
    old.touch(0o640)
    write_file(old, b"new")
    assert old.stat().st_mode & 0o777 == 0o640


def test_names_may_be_as_long_as_the_file_system_takes(tmp_path: Path) -> None:
    write_file(tmp_path / ("x" * 251 + ".svg"), b"content")
    assert [len(one.name) for one in tmp_path.iterdir()] == [255]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS])
@pytest.mark.parametrize("step", ["fdopen", "replace"])
def test_what_fails_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, step: str
) -> None:
    path = tmp_path / "a.svg"
    path.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(StorageError) as caught:
        write_file(path, b"new")
    assert (
        sentence(caught)
        == f"file {str(path)!r} cannot be written ({os.strerror(code)}): name another"
    )
    assert path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["a.svg"]


def test_an_interrupted_write_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_file(tmp_path / "a.svg", b"new")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as caught:
        write_file(tmp_path / "no\x1b" / "a.svg", b"")
    assert caught.value.exit_code == 7
    assert sentence(caught).endswith("no\\x1b' does not exist: make it first")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["folder", "x" * 300, "file/a.svg"])
def test_what_cannot_be_written_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"mine")
    with pytest.raises(StorageError) as caught:
        write_file(tmp_path / name, b"")
    assert str(tmp_path) in str(caught.value)
    assert {one.name for one in tmp_path.iterdir()} == {"folder", "file"}
    assert (tmp_path / "file").read_bytes() == b"mine"


def test_links_are_followed(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link.svg").symlink_to("folder/real.svg")
    for content in (b"one", b"two"):
        write_file(tmp_path / "link.svg", content)
        assert (tmp_path / "link.svg").is_symlink()
        assert (tmp_path / "folder" / "real.svg").read_bytes() == content


def test_pipes_are_written_to() -> None:
    out, into = os.pipe()
    try:
        write_file(Path(f"/dev/fd/{into}"), b"content")
        os.close(into)
        assert os.read(out, 100) == b"content"
    finally:
        os.close(out)


@pytest.mark.parametrize(("ending", "kind"), [("nwk", "newick"), ("nex", "nexus")])
def test_trees_end_as_they_do_elsewhere(ending: str, kind: str) -> None:
    assert kind_of(Path(f"a.{ending}"), ("svg", "newick", "nexus")) == kind
    with pytest.raises(ConfigError, match=r"ends in none of \.svg: rename it"):
        kind_of(Path(f"a.{ending}"), ("svg",))
