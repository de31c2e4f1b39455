import inspect
import linecache
from typing import Any

import pytest

from tests.networks import Curve
from treemeta.learn.source import source_of

NET = "@marked\nclass Net(nn.Module):\n    def forward(self, rows):\n        return rows\n"


def typed(code: str, name: str) -> Any:
    """Return a class as a notebook makes it: of no file, its cell kept."""
    kept = f"<cell of {name}>"
    linecache.cache[kept] = (len(code), None, code.splitlines(True), kept)
    space: dict[str, Any] = {"__name__": "of_no_file"}
    exec(compile(code, kept, "exec"), space)
    return space[name]


def test_a_class_of_a_file_has_its_source() -> None:
    assert source_of(Curve) == inspect.getsource(Curve)


def test_a_class_that_was_typed_has_what_was_typed() -> None:
    before = "from torch import nn\n\nmarked = lambda one: one\n\n\n"
    assert source_of(typed(before + NET + "\nx = 3\n", "Net")) == NET
    twice = "class Net:\n    pass\n\n" + before + NET
    assert source_of(typed(twice, "Net")) == NET


def test_what_nobody_has_kept_is_an_error() -> None:
    space: dict[str, Any] = {"__name__": "of_no_file"}
    exec("class Net:\n    def forward(self):\n        pass\n", space)
    for lost in (space["Net"], typed("class Bare:\n    x = 3\n", "Bare")):
        with pytest.raises(OSError, match="is not kept"):
            source_of(lost)
