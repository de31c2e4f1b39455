from dataclasses import replace

import numpy as np

from tests.trees import make_tree
from treemeta.report.routes_table import routes_table
from treemeta.store.records import Routed

ROUTES = {
    "b": Routed(0.5, {"r": 0.25, "r0": 0.75}, margin=2.0, regret=0.1),
    "a": Routed(0.75, {"r00": 0.5, "r1": 0.5}),
}


def test_a_row_is_a_held_out_task() -> None:
    table = routes_table(replace(make_tree(), routes=ROUTES))
    assert list(table.index) == ["a", "b"]
    assert list(table.columns) == ["accuracy", "node", "share", "lead", "regret"]
    assert tuple(table.loc["b"]) == (0.5, "r0", 0.75, 2.0, 0.1)
    assert tuple(table.loc["a"])[:3] == (0.75, "r1", 0.5)  # of equal shares the higher
    assert np.isnan(table.loc["a", "regret"])


def test_errors_are_called_errors_and_no_routes_are_no_rows() -> None:
    tree = make_tree()
    numbers = replace(tree, config={**tree.config, "targets": "numbers"}, routes={})
    table = routes_table(numbers)
    assert (len(table), table.index.name, table.columns[0]) == (0, "task", "mse")
