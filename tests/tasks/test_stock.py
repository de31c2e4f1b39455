from pathlib import Path

import numpy as np
import pytest

from treemeta.tasks.stock import Stock, stock_of


def test_what_is_packed_is_counted_by_its_kind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TREEMETA_DATA", str(tmp_path / "data"))
    assert stock_of("glyphs") == Stock(0, 0)
    for name in ("glyphs-1", "glyphs-2", "rows-3", "glyphsome-4"):
        folder = tmp_path / "data" / name
        folder.mkdir(parents=True)
        np.save(folder / "images.npy", np.zeros(10, np.uint8))
        (folder / "index.json").write_text("{}")
    bytes_ = 128 + 10 + 2
    assert stock_of("glyphs") == Stock(2, 2 * bytes_)
    (tmp_path / "data" / "glyphs-1" / "index.json").unlink()  # not whole
    assert stock_of("glyphs", "rows") == Stock(2, 2 * bytes_)
