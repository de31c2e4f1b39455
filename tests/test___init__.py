import subprocess
import sys

import pytest

import treemeta

ALONE = """
import sys
import treemeta
heavy = {"torch", "numpy", "pandas", "mlflow", "networkx", "scipy"} & set(sys.modules)
assert not heavy, heavy
assert [name for name in sys.modules if name.startswith("treemeta.")] == []
assert treemeta.DataError.exit_code == 3
assert "torch" not in sys.modules
treemeta.open_tree
assert "torch" in sys.modules
"""


def test_importing_it_loads_nothing_heavy() -> None:
    ended = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_every_name_is_there_and_listed() -> None:
    assert set(treemeta.__all__) <= set(dir(treemeta))
    for name in treemeta.__all__:
        assert getattr(treemeta, name).__name__ == name
    assert issubclass(treemeta.UnreachableError, treemeta.TreemetaError)


def test_another_name_is_none() -> None:
    with pytest.raises(AttributeError, match="no attribute 'plant'"):
        _ = treemeta.plant
