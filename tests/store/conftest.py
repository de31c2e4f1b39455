"""A stored tree for every test to damage."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.store.damaged import Stored
from tests.trees import (
    make_tree,
    store,
)
from treemeta.store.registry import open_registry


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory, registry_template: Path) -> Stored:
    folder = tmp_path_factory.mktemp("once")
    (folder / "registry").mkdir()
    shutil.copy(registry_template, folder / "registry" / "mlflow.db")
    registry = open_registry(f"sqlite:///{folder}/registry/mlflow.db")
    tree = store(registry, make_tree())
    shutil.copytree(folder / "registry", folder / "whole")
    return Stored(registry, tree, folder)


@pytest.fixture
def stored(once: Stored, monkeypatch: pytest.MonkeyPatch) -> Stored:
    """The same tree for every test, whatever the last one did to it; writing takes a second."""
    monkeypatch.chdir(once.folder)
    shutil.rmtree("registry/artifacts", ignore_errors=True)
    shutil.copytree("whole/artifacts", "registry/artifacts")
    with (
        closing(sqlite3.connect("whole/mlflow.db")) as whole,
        closing(sqlite3.connect("registry/mlflow.db")) as damaged,
    ):
        whole.backup(damaged)
    return once
