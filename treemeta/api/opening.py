"""Opening a tree of a registry from Python."""

from os import PathLike
from typing import TYPE_CHECKING

import pandas as pd

from treemeta.api.network import check_network
from treemeta.api.opened import OpenTree
from treemeta.engine.opening import check_engine
from treemeta.report.trees_text import trees_rows
from treemeta.store.find import find_tree, list_trees
from treemeta.store.read import read_tree
from treemeta.store.registry import lasting_address, open_registry
from treemeta.store.roots import read_roots

if TYPE_CHECKING:
    from torch import nn


def open_tree(
    which: str = "latest",
    tracking_uri: str | PathLike[str] | None = None,
    device: str = "cpu",
    network: "type[nn.Module] | None" = None,
) -> OpenTree:
    """Return a tree of the registry at an address: an id, the beginning of one, a name, or
    ``latest``.

    Without an address it is that of ``MLFLOW_TRACKING_URI``, else ``registry/mlflow.db`` here. A
    tree that was grown with a class as its ``network`` needs it again where its nodes are used: its
    source must be what it was, as nothing that a registry names is imported.
    """
    check_engine("local", None, device)
    registry = open_registry(lasting_address(tracking_uri))
    stored = read_tree(registry, find_tree(registry, which))
    check_network(stored.config, network)
    return OpenTree(registry, stored, device, network)


def trees(tracking_uri: str | PathLike[str] | None = None) -> pd.DataFrame:
    """Return the trees of the registry at an address, a row each by its id, the newest first: when
    it was ``started``, its ``status``, its ``name``, its ``accuracy`` or ``mse`` on held-out tasks,
    and what became of its ``root``."""
    registry = open_registry(lasting_address(tracking_uri))
    rows = trees_rows(list_trees(registry), read_roots(registry))
    names = ("tree", "started", "status", "name", "accuracy", "mse", "root")
    return pd.DataFrame(rows, columns=list(names)).set_index("tree")
