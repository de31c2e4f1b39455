"""The nodes of a stored tree, ready to route and to answer as they were when it was grown."""

from collections.abc import Callable
from pathlib import Path

from treemeta.config import Config
from treemeta.errors import ConfigError, RegistryError
from treemeta.kinds import is_table
from treemeta.learn.setting import Setting
from treemeta.store.records import Tree
from treemeta.store.registry import Registry
from treemeta.tree.arrays import revive
from treemeta.tree.held_out import router_of, tasks_of
from treemeta.tree.route import Router
from treemeta.tree.scale import needs_scales, with_scales


def check_inputs(config: Config, *paths: Path) -> None:
    """Raise ``ConfigError`` unless all paths are what a tree of this config takes: tables, or
    images."""
    for path in paths:
        if is_table(str(path)) != config.of_rows:
            kinds = (
                ("rows", "a table .csv, .parquet or .npz")
                if config.of_rows
                else ("images", "images")
            )
            raise ConfigError(
                f"the tree was grown on {kinds[0]}, of {config.dataset!r}, and {str(path)!r} is "
                f"none of them: name {kinds[1]}"
            )


def stored_router(
    registry: Registry,
    tree: Tree,
    config: Config,
    open_setting: Callable[[], Setting],
    device: str = "cpu",
) -> Router:
    """Return the router of a finished tree. Its setting, with the data that it was grown on, is
    opened only where its nodes are told apart by likelihoods, see ``with_scales``.

    Raises ``RegistryError`` for a tree that is not finished.
    """
    if tree.status != "finished":
        raise RegistryError(
            f"tree {tree.id} is not finished: run 'treemeta train --resume {tree.id}' first"
        )
    forked = config.route == "direction"
    grown = [revive(registry, node, config, device, forked) for node in tree.nodes]
    router = router_of(grown)
    if not needs_scales(config, router):
        return router
    setting = open_setting()
    return with_scales(setting, router, tasks_of(setting.dataset, grown))
