"""What is read of stored trees before any training: configs, and which data they are about."""

import os
from collections.abc import Mapping
from typing import Any

from treemeta.config import Config
from treemeta.defaults import BEFORE
from treemeta.errors import ConfigError, DataError, IntegrityError
from treemeta.kinds import is_own, is_packed
from treemeta.store.records import CONSENSUS
from treemeta.store.registry import Registry
from treemeta.store.sqlite import SQLITE, sqlite_path
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.sources import dataset_of

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


def grown_on(
    registry: Registry, tree: str, settings: Mapping[str, Any], transform: str = ""
) -> Dataset:
    """Return the data set that a tree of these settings was grown on, with transformed copies where
    asked for. Raises ``DataError`` where this machine has it no more, ``IntegrityError`` where it
    is another by now."""
    # Not of the tree's ``Config``: a consensus has a data set, but no config to train with.
    here = _located(registry.uri, tree, settings)
    dataset, copied = dataset_of(here), str(settings.get("transform") or "")
    if settings["data"] != dataset.fingerprint:
        raise IntegrityError(
            f"data set {dataset.name} is not the one tree {tree} was grown on: restore it"
        )
    if not transform:
        return dataset
    if copied:
        raise ConfigError(
            f"--transform is {transform!r}, but tree {tree} was grown on copies already, by "
            f"{copied!r}: leave it out"
        )
    return dataset_of({**here, "transform": transform})


def _located(uri: str, tree: str, settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a tree's settings with somebody's own data where they lie: as seen from here, else
    from the folder that its registry lies in, which may have been moved along with them."""
    text = str(settings.get("dataset") or "")
    if not is_own(text) or is_packed(text) or os.path.exists(text):
        return settings
    if uri.startswith(SQLITE):
        beside = str(sqlite_path(uri).resolve().parent.parent / text)
        if os.path.exists(beside):  # which for no text raises, as Path.exists does for long ones
            return {**settings, "dataset": beside}
    raise DataError(
        f"tree {tree[:8]} was grown on {text!r}, which is not there: go to the folder that it is "
        "seen from, or put it back"
    )
