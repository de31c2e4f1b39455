import importlib
from pathlib import Path

import pytest

from benchmarks.__main__ import LONGER, NAMES, main
from benchmarks.registry import bushy, caterpillar, fill
from treemeta.store.find import find_tree
from treemeta.store.read import read_tree
from treemeta.store.registry import open_registry


@pytest.mark.parametrize("name", NAMES + LONGER)
def test_every_benchmark_can_be_run_by_name(name: str) -> None:
    assert callable(importlib.import_module(f"benchmarks.{name}").run)


def test_an_unknown_benchmark_is_refused() -> None:
    with pytest.raises(SystemExit, match="'speed' does not exist: choose"):
        main(["speed"])


def test_trees_for_the_registry_are_trees(tmp_path: Path) -> None:
    fill(tmp_path, 20)
    registry = open_registry(f"sqlite:///{tmp_path}/registry/mlflow.db")
    tree = read_tree(registry, find_tree(registry, "latest"))
    assert len(tree.nodes) == 19
    assert max(node.depth for node in bushy(5000)) < 9
    assert max(node.depth for node in caterpillar(20)) == 20
