"""Where the held-out tasks of a tree went, as a table."""

import pandas as pd

from treemeta.store.records import Tree, path_order


def routes_table(tree: Tree) -> pd.DataFrame:
    """Return a row for each held-out task, by its name: how well its episodes were answered, called
    ``accuracy`` or ``mse``, the ``node`` of the greatest ``share`` in that; the mean ``lead`` of
    the likeliest node in log likelihood, and the ``regret``, by how much the best node, known with
    hindsight, would have answered better."""
    names = ("task", tree.metric, "node", "share", "lead", "regret")
    rows = []
    for task, one in sorted(tree.routes.items()):
        node = min(one.shares, key=lambda name: (-one.shares[name], *path_order(name)))
        rows.append((task, one.accuracy, node, one.shares[node], one.margin, one.regret))
    table = pd.DataFrame(rows, columns=list(names)).set_index("task")
    return table.astype({"lead": float, "regret": float})
