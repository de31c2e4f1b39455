import fcntl
from pathlib import Path

import pytest

from treemeta.errors import StorageError
from treemeta.tasks.shelf import cache_root, locked, scratch


@pytest.mark.parametrize("write", [locked, scratch])
def test_a_cache_that_is_a_file_is_refused(tmp_path: Path, write: object) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(StorageError, match=f"{tmp_path}/file/x cannot be written .* TREEMETA_DATA"),
        write(tmp_path / "file" / "x"),  # type: ignore[operator]
    ):
        pass


def test_what_was_lent_is_gone_afterwards(tmp_path: Path) -> None:
    with scratch(tmp_path / "one") as lent:
        (lent / "half").write_text("written")
        assert lent.parent == tmp_path  # on the same disk, so that it can be moved
    assert not list(tmp_path.iterdir())


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    lock = tmp_path / "deep" / ".one.lock"
    with locked(tmp_path / "deep" / "one"), open(lock) as other, pytest.raises(BlockingIOError):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with open(lock) as other:
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.mark.parametrize(
    ("variables", "root"),
    [
        ({"TREEMETA_DATA": "/named", "XDG_CACHE_HOME": "/xdg"}, "/named"),
        ({"TREEMETA_DATA": "~/named"}, "/home/named"),
        ({"TREEMETA_DATA": "named"}, "{cwd}/named"),
        ({"TREEMETA_DATA": "", "XDG_CACHE_HOME": "/xdg"}, "/xdg/treemeta"),
        ({}, "/home/.cache/treemeta"),
    ],
)
def test_where_the_cache_is(
    variables: dict[str, str], root: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TREEMETA_DATA", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in ({"HOME": "/home"} | variables).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    assert cache_root() == Path(root.format(cwd=tmp_path))
