"""What trees and their nodes are called, read from a registry's sqlite file without MLflow: its
import takes seconds, and a shell that completes a word has none to wait."""

import sqlite3

from treemeta.store.find import RUN_ID
from treemeta.store.records import CONSENSUS
from treemeta.store.runs import COMMIT, CONFIG_COMMIT, CONTROL, KIND, NODE, TREE
from treemeta.store.sqlite import SQLITE, sqlite_path
from treemeta.store.structure import NODE_NAME

TREES = """
    select run_uuid, r.name,
        exists (select 1 from tags where tags.run_uuid = r.run_uuid and key = ?)
        or exists (select 1 from params where params.run_uuid = r.run_uuid
            and (key, value) = ('arm', ?))
    from runs r join tags k using (run_uuid) join tags c using (run_uuid)
    where (k.key, k.value, c.key) = (?, 'tree', ?) and lifecycle_stage = 'active'
    order by start_time desc
"""
NODES = """
    select n.value from tags n join tags t using (run_uuid) join tags c using (run_uuid)
        join runs using (run_uuid)
    where (n.key, t.key, t.value, c.key) = (?, ?, ?, ?) and lifecycle_stage = 'active'
    order by n.value
"""


def tree_names(uri: str) -> list[str]:
    """Return the ids of the trees of a registry, newest first; of a server none.

    Raises ``sqlite3.Error`` where the file is no registry, or is held by others.
    """
    return [tree for tree, _, _ in _trees(uri)]


def node_names(uri: str, which: str) -> list[str]:
    """Return the names of the finished nodes of the tree that ``which`` names, as ``find_tree``
    takes it; none where it names none or several. Raises as ``tree_names``."""
    trees = _trees(uri)
    fitting = [tree for tree, _, beside in trees if not beside][:1]
    if which != "latest":
        fitting = [tree for tree, name, _ in trees if tree.startswith(which) or name == which]
    if len(fitting) != 1:
        return []
    rows = _rows(uri, NODES, NODE, TREE, fitting[0], COMMIT)
    return [name for (name,) in rows if NODE_NAME.fullmatch(name)]


def _trees(uri: str) -> list[tuple[str, str, bool]]:
    """Return the id and the name of each tree, and whether ``latest`` never names it."""
    rows = _rows(uri, TREES, CONTROL, CONSENSUS, KIND, CONFIG_COMMIT)
    return [(tree, name, bool(beside)) for tree, name, beside in rows if RUN_ID.fullmatch(tree)]


def _rows(uri: str, query: str, *values: str) -> list[tuple[str, ...]]:
    if not uri.startswith(SQLITE):
        return []
    address = f"{sqlite_path(uri).resolve().as_uri()}?mode=ro"
    connection = sqlite3.connect(address, timeout=0.2, uri=True)
    try:
        return connection.execute(query, values).fetchall()
    finally:
        connection.close()
