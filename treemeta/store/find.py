"""Finding trees and nodes in a registry by what a user calls them."""

import math
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from treemeta.errors import ConfigError, RegistryError, brief
from treemeta.store.place import check_place
from treemeta.store.records import CONSENSUS, ROOT, Node, Tree
from treemeta.store.registry import Registry
from treemeta.store.runs import COMMIT, CONTROL, KIND, runs_with, tree_runs

RUN_ID = re.compile(r"[0-9a-f]{1,32}")
START_OF_TIME = datetime(1970, 1, 1, tzinfo=UTC)


def find_tree(registry: Registry, which: str) -> str:
    """Return the id of the tree that ``which`` names: an id, the beginning of one, a name that no
    other has, or ``latest``, the newest that was trained; a consensus of trees and the controls of
    a comparison are not.

    Raises ``RegistryError`` when there is none, or more than one.
    """
    if not isinstance(which, str):  # a program may give anything
        raise ConfigError(f"the tree is {brief(which)}: give its id, its name, or 'latest'")
    if which == "latest":
        for run in tree_runs(registry):
            if run.data.params.get("arm") != CONSENSUS and CONTROL not in run.data.tags:
                return str(run.info.run_id)
        raise RegistryError(f"no tree in {registry.uri}: run 'treemeta train' first")
    names = {run.info.run_id: run.info.run_name for run in runs_with(registry, KIND, "tree")}
    is_id = RUN_ID.fullmatch(which)
    called = [run_id for run_id, name in names.items() if name == which]
    begun = [run_id for run_id in names if is_id and run_id.startswith(which)]
    if called and set(begun) - set(called):
        raise RegistryError(
            f"tree {which!r} is the name of {called[0][:8]} and the beginning of {begun[0][:8]}: "
            "give more of the id"
        )
    fitting = begun or called
    if len(fitting) == 1:
        return str(fitting[0])
    if fitting:
        what, way = (
            ("is the name of", "its id") if fitting is called else ("fits", "more of the id")
        )
        ids = ", ".join(one[:8] for one in fitting[:3]) + (", ..." if fitting[3:] else "")
        raise RegistryError(f"tree {which!r} {what} {len(fitting)} trees, {ids}: give {way}")
    if is_id:
        raise RegistryError(f"no tree {which!r} in {registry.uri}: see 'treemeta tree list'")
    raise RegistryError(
        f"tree {which!r} is no id and no name: see 'treemeta tree list', or say latest"
    )


def list_trees(registry: Registry) -> list[dict[str, Any]]:
    """Return what is worth knowing of every tree, newest first."""
    rows = []
    for run in tree_runs(registry):
        value = run.data.metrics.get("test/accuracy")  # whatever is told
        told = None if value is None or math.isnan(value) else value
        of_numbers = run.data.params.get("targets") == "numbers"
        rows.append(
            {
                "tree": run.info.run_id,
                "started": _moment(run.info.start_time),
                "status": "finished" if COMMIT in run.data.tags else "unfinished",
                "name": run.info.run_name,
                "accuracy": None if of_numbers else told,
                "mse": told if of_numbers else None,
            }
        )
    return rows


def _moment(milliseconds: int) -> str:
    try:
        moment = START_OF_TIME + timedelta(milliseconds=milliseconds)
    except OverflowError:
        moment = START_OF_TIME
    return moment.strftime("%Y-%m-%d %H:%M")


def experiment_of(registry: Registry, tree: str) -> str:
    """Return the id of the experiment that holds a tree, to be written to."""
    run = registry.client.get_run(tree)
    check_place(registry.uri, run.info.artifact_uri)
    return str(run.info.experiment_id)


def find_node(tree: Tree, name: str) -> Node:
    """Return the finished node of that name."""
    for node in tree.nodes:
        if node.name == name and node.status == "finished":
            return node
    if not isinstance(name, str):  # a program may give anything
        raise ConfigError(f"the node is {brief(name)}: give its name, such as {ROOT!r}")
    if names := ", ".join(node.name for node in tree.nodes if node.status == "finished"):
        raise RegistryError(f"tree {tree.id} has no finished node {brief(name)}: it has {names}")
    raise RegistryError(
        f"tree {tree.id} has no finished node yet: 'treemeta train --resume {tree.id[:8]}' goes on"
    )
