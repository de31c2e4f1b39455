import hashlib
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.tasks.planted import TINY, published, write_zips
from treemeta.errors import DataError, StorageError
from treemeta.tasks.cache import reopen
from treemeta.tasks.download import download_omniglot
from treemeta.tasks.imported import import_omniglot
from treemeta.tasks.omniglot import SUBSETS
from treemeta.tasks.sources import open_dataset


class Publisher(SimpleHTTPRequestHandler):
    """Serves a folder, and has two addresses that break off and talk nonsense."""

    def do_GET(self) -> None:
        if self.path.startswith("/nonsense"):
            self.wfile.write(b"nonsense\r\n\r\n")
        elif self.path.startswith("/truncated"):
            data = Path(self.directory, Path(self.path).name).read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[:1000])
        else:
            super().do_GET()

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def publisher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a publisher of a small Omniglot."""
    folder = tmp_path / "published"
    folder.mkdir()
    write_zips(folder, published())
    monkeypatch.setenv("no_proxy", "*")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Publisher, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def md5(publisher: str, tmp_path: Path) -> dict[str, str]:
    files = {subset: tmp_path / "published" / f"{subset}.zip" for subset in SUBSETS}
    return {
        subset: hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest()
        for subset, file in files.items()
    }


def left(packs: Path) -> list[str]:
    return sorted(path.name for path in packs.iterdir() if path.suffix != ".lock")


def test_what_is_downloaded_is_packed_and_the_zip_files_are_gone(
    packs: Path, publisher: str, md5: dict[str, str]
) -> None:
    found = download_omniglot(publisher, md5, TINY)
    assert open_dataset("omniglot") is found
    assert len(found.images) == 80
    assert left(packs) == ["omniglot"]


@pytest.mark.parametrize("before", [False, True], ids=["empty", "packed"])
@pytest.mark.parametrize("fault", ["missing", "truncated", "nonsense", "md5", "refused"])
def test_a_failed_download_leaves_what_was_there(
    packs: Path, publisher: str, md5: dict[str, str], tmp_path: Path, fault: str, before: bool
) -> None:
    if before:
        import_omniglot(tmp_path / "published", TINY)
    url = "http://127.0.0.1:9" if fault == "refused" else publisher
    if fault in ("missing", "truncated", "nonsense"):
        url += f"/{fault}"
    if fault == "md5":
        md5["images_evaluation"] = "0" * 32
    name = "images_evaluation" if fault == "md5" else "images_background"
    message = rf"^{url}/{name}\.zip could not be downloaded \(.+\): try again, or fetch it"
    with pytest.raises(StorageError, match=message) as caught:
        download_omniglot(url, md5, TINY)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 7
    assert left(packs) == ["omniglot"] * before
    reopen.cache_clear()
    if before:
        assert len(open_dataset("omniglot").images) == 80


def test_a_download_that_is_not_omniglot_leaves_nothing(
    packs: Path, publisher: str, md5: dict[str, str]
) -> None:
    with pytest.raises(DataError, match="alphabet 'Alphabet_of_the_Magi' has 0 characters"):
        download_omniglot(publisher, md5)
    assert left(packs) == []
