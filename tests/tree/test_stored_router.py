from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import SMALL_SOLVED
from treemeta.declared import make_config
from treemeta.engine.local import Engine
from treemeta.errors import RegistryError
from treemeta.learn.setting import Setting
from treemeta.store.records import Tree
from treemeta.store.registry import Registry
from treemeta.tasks.dataset import Dataset
from treemeta.tree.evaluate import examine_all
from treemeta.tree.job import begin
from treemeta.tree.plan import Plan
from treemeta.tree.stored_router import stored_router
from treemeta.tree.train import train

CONFIG = make_config(SMALL_SOLVED | {"rule": "always", "max_depth": 1, "share": "trunk"})


def grown(small: Dataset, registry: Registry, engine: Engine, **change: str) -> Tree:
    config = replace(CONFIG, **change)  # type: ignore[arg-type]
    job = begin(Plan("", config), small, registry.uri, "treemeta")
    return train(job, lambda _: {}, lambda _: None, engine)


@pytest.mark.parametrize("route", ["likelihood", "direction"])
def test_a_stored_tree_routes_as_it_did_when_it_was_grown(
    small: Dataset, registry: Registry, engine: Engine, route: str
) -> None:
    tree = grown(small, registry, engine, route=route)
    config = replace(CONFIG, route=route)  # type: ignore[arg-type]
    setting = Setting(config, small, engine)
    router = stored_router(registry, tree, config, lambda: setting)
    tasks = small.select("test")
    found = examine_all(setting, router, tasks, config.test_episodes, ("test",))
    assert {name: (one.shares, one.margin, one.accuracy) for name, one in found.items()} == {
        name: (one.shares, one.margin, one.accuracy) for name, one in tree.routes.items()
    }


def test_data_are_opened_only_where_likelihoods_are_compared(
    small: Dataset, registry: Registry, engine: Engine
) -> None:
    def open_setting() -> Setting:
        raise AssertionError("opened")

    single = grown(small, registry, engine, rule="evidence", arm="joint", share="none")
    config = replace(CONFIG, arm="joint", share="none", rule="evidence")
    assert set(stored_router(registry, single, config, open_setting).inits) == {"r"}


def test_an_unfinished_tree_does_not_answer(registry: Registry, workplace: Path) -> None:
    tree = Tree("f" * 32, {}, (), "unfinished", {}, {})
    with pytest.raises(RegistryError, match=f"train --resume {tree.id}"):
        stored_router(registry, tree, CONFIG, lambda: None)  # type: ignore[arg-type,return-value]
