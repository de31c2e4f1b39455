import shutil
from pathlib import Path

from tests.conftest import Run
from tests.trees import make_tree, store
from treemeta.store.registry import Registry


def test_a_registry_that_was_moved_is_told_so_and_made_its_own(
    registry: Registry, treemeta: Run
) -> None:
    tree = store(registry, make_tree(), finish=False)
    shutil.move("registry", "copy")
    place = ("--tracking-uri", "sqlite:///copy/mlflow.db")
    folder = Path("copy/artifacts").resolve()
    assert treemeta("tree", "show", tree.id, *place).returncode == 0
    ended = treemeta("registry", "move", *place)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == f"the files of 1 experiments and 6 runs are at {folder}\n"
    again = treemeta("registry", "move", *place)
    assert again.stdout == (
        f"nothing to do: the registry's files are said to be at {folder} already\n"
    )
    missing = treemeta("registry", "move")
    assert (missing.returncode, missing.stdout) == (4, "")
    assert "no registry at registry/mlflow.db" in missing.stderr
    assert not Path("registry").exists()
