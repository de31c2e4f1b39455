"""What is read of stored trees before any training: configs, and which data they are about."""

from collections.abc import Mapping
from typing import Any

from treemeta.config import Config
from treemeta.defaults import BEFORE
from treemeta.errors import ConfigError, IntegrityError
from treemeta.store.records import CONSENSUS, Tree
from treemeta.tasks.dataset import Dataset

BESIDES = ("data", "control", "cuts")  # what a tree's settings hold besides its config
RENAMED = {"reptile": "joint"}  # arms of trees stored before there was a choice of learners


def config_of(stored: Mapping[str, Any]) -> Config:
    """Return the config among a tree's stored settings; raises for a tree that has no model."""
    if stored.get("arm") == CONSENSUS:
        raise ConfigError(
            "the tree is a consensus and holds no model: name one of the trees that it was made "
            "of, which 'treemeta tree show' lists"
        )
    try:
        known: dict[str, Any] = {k: v for k, v in stored.items() if k not in BESIDES}
        return Config(**(BEFORE | known | {"arm": RENAMED.get(known["arm"], known["arm"])}))
    except TypeError as error:
        raise IntegrityError(
            f"the tree was made by another version of treemeta: {error}"
        ) from error


def check_data(tree: Tree, dataset: Dataset) -> None:
    """Raise unless the data set is the one the tree was grown on."""
    check_fingerprint(tree.id, tree.config, dataset)


def check_fingerprint(tree: str, settings: Mapping[str, Any], dataset: Dataset) -> None:
    """Raise unless the data set is the one that a tree's settings name."""
    if settings["data"] != dataset.fingerprint:
        raise IntegrityError(
            f"data set {dataset.name} is not the one tree {tree} was grown on: restore it"
        )
