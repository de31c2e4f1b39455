"""The nodes of a tree as a table."""

import pandas as pd

from treemeta.store.records import Tree


def nodes_table(tree: Tree) -> pd.DataFrame:
    """Return a row for each node, by its name; how well it does on its own tasks is called
    ``accuracy`` or ``mse``."""
    names = (
        "node", "parent", "depth", "children", "tasks", "start", "meta_steps", "loss", tree.metric,
        "reliability", "support", "status",
    )  # fmt: skip
    rows = [
        {
            "node": node.name,
            "parent": node.parent,
            "depth": node.depth,
            "children": len(node.groups),
            "tasks": len(node.tasks),
            "start": node.start,
            "meta_steps": node.meta_steps,
            "loss": node.loss,
            tree.metric: node.accuracy,
            "reliability": node.reliability,
            "support": node.support,
            "status": node.status,
        }
        for node in tree.nodes
    ]
    return pd.DataFrame(rows, columns=list(names)).set_index("node")
