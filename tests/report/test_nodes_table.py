from dataclasses import replace

from tests.trees import make_tree
from treemeta.report.nodes_table import nodes_table


def test_a_row_is_a_node() -> None:
    tree = make_tree()
    table = nodes_table(tree)
    assert list(table.index) == [node.name for node in tree.nodes]
    parents = {node.name: node.parent for node in tree.nodes if node.parent}
    assert table["parent"].dropna().to_dict() == parents
    for node in tree.nodes:
        row = table.loc[node.name]
        assert row["depth"] == node.depth
        assert row["children"] == sum(one.parent == node.name for one in tree.nodes)
        assert row["tasks"] == len(node.tasks)


def test_errors_are_called_errors() -> None:
    tree = make_tree()
    numbers = replace(tree, config={**tree.config, "targets": "numbers"})
    assert "accuracy" in nodes_table(tree).columns
    assert {"mse", "accuracy"} & set(nodes_table(numbers).columns) == {"mse"}
