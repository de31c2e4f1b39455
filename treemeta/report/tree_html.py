"""A tree as nested lists that open and close, and that can be searched."""

from collections.abc import Mapping

from treemeta.report.html import text
from treemeta.report.text import node_line
from treemeta.store.records import Node, Tree


def tree_html(tree: Tree) -> str:
    """Return a tree from its root, each node with what it has reached, each leaf with its tasks."""
    nodes = {node.name: node for node in tree.nodes}
    roots = [node for node in tree.nodes if node.parent is None]
    parts = "".join(_node(node, nodes, tree.metric) for node in roots)
    search = '<input type="search" placeholder="find a task" aria-label="find a task">'
    return f'{search}<div class="tree">{parts}</div>'


def _node(node: Node, nodes: Mapping[str, Node], metric: str) -> str:
    line = f"<summary>{text(node_line(node, metric))}</summary>"
    kept = [nodes[name] for name in node.children if name in nodes]
    if kept:
        inside = "".join(_node(child, nodes, metric) for child in kept)
    else:
        named = (f'<li data-name="{text(task)}">{text(task)}</li>' for task in node.tasks)
        inside = f"<ul>{''.join(named)}</ul>"
    return f"<details open>{line}{inside}</details>"
