"""A cache of its own for every test that packs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from treemeta.tasks.cache import reopen


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty cache folder, as the program finds it."""
    folder = tmp_path / "cache"
    folder.mkdir()
    monkeypatch.setenv("TREEMETA_DATA", str(folder))
    yield folder
    reopen.cache_clear()
