import json
from pathlib import Path
from typing import Any

import pytest

import treemeta as api
from tests.api.functions import OPTIONS
from tests.conftest import Run
from tests.trees import sentence
from treemeta.declared import make_config
from treemeta.store.registry import Registry
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.packed import text_of
from treemeta.tree.job import begin
from treemeta.tree.plan import Plan


def test_what_is_not_there_is_named(workplace: Path, data: Dataset, registry: Registry) -> None:
    with pytest.raises(api.RegistryError, match="no tree in"):
        api.open_tree()
    with pytest.raises(api.ConfigError, match="--device is 'tpu'"):
        api.open_tree(device="tpu")
    config = make_config(OPTIONS, {"dataset": text_of(data)})
    begin(Plan("", config), data, registry.uri, "treemeta")
    begun = api.open_tree().table
    assert (len(begun), begun.index.name) == (0, "node")
    assert "accuracy" in begun.columns
    with pytest.raises(api.RegistryError, match="no finished node yet: 'treemeta train --resume"):
        api.open_tree().route({"a": data.images[:2], "b": data.images[2:4]})


@pytest.mark.parametrize("which", [None, 3, Path("latest"), ["latest"]])
def test_a_tree_is_called_by_a_text(workplace: Path, registry: Registry, which: Any) -> None:
    with pytest.raises(api.ConfigError, match=r"the tree is .*: give its id, its name, or") as of:
        api.open_tree(which)
    sentence(of)


def test_a_registry_is_opened_by_its_path(workplace: Path, registry: Registry) -> None:
    for place in (Path("registry/mlflow.db"), workplace / "registry/mlflow.db"):
        with pytest.raises(api.RegistryError, match=f"no tree in sqlite:///{workplace}/registry"):
            api.open_tree(tracking_uri=place)


def test_trees_are_those_that_the_program_lists(tree: api.OpenTree, treemeta: Run) -> None:
    found = api.trees()
    told = json.loads(treemeta("tree", "list", "--json").stdout)
    assert found.reset_index().to_dict("records") == told
    assert [api.open_tree(one) for one in found.index] == [tree]


def test_a_registry_without_trees_lists_none(workplace: Path, registry: Registry) -> None:
    found = api.trees()
    assert (len(found), found.index.name, "root" in found.columns) == (0, "tree", True)
