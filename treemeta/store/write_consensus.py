"""Storing a tree that was made of other trees: nodes like any other's, but no model in them."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from treemeta.store.finish import finish_tree
from treemeta.store.records import Node, Tree
from treemeta.store.registry import Registry
from treemeta.store.write import Learned, RunPlace, end_tree, start_tree, write_node


def store_consensus(
    registry: Registry, experiment: str, tree: Tree, figures: Callable[[Tree], Mapping[str, str]]
) -> Tree:
    """Store a consensus and return it with its ids; cut short, it stays unfinished.

    ``figures`` returns what is logged with the whole tree, name to text.
    """
    title = f"consensus of {len(tree.config['trees'])} trees"
    # No machine: a consensus is counted, and comes out the same on any.
    tree_id = start_tree(registry, experiment, title, tree.config, {})
    try:
        stored: dict[str, Node] = {}
        for node in tree.nodes:
            parent = stored[node.parent].run_id if node.parent else tree_id
            place = RunPlace(experiment, tree_id, parent)
            learned = Learned({}, {}, [], time.time())
            stored[node.name] = write_node(registry, place, node, learned)
        whole = replace(tree, id=tree_id, nodes=tuple(stored.values()))
        finish_tree(registry, whole, figures(whole))
        return whole
    except BaseException as error:
        end_tree(registry, tree_id, "FAILED" if isinstance(error, Exception) else "KILLED")
        raise
