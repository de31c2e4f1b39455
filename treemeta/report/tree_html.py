"""A tree as nested lists that open and close, and that can be searched."""

from treemeta.measures.lineage import offspring
from treemeta.report.html import text
from treemeta.report.text import node_line
from treemeta.store.records import Node, Tree


def tree_html(tree: Tree) -> str:
    """Return a tree from its root, each node with what it has reached, each leaf with its tasks."""
    roots = [node for node in tree.nodes if node.parent is None]
    parts = "".join(_node(tree, node) for node in roots)
    search = '<input type="search" placeholder="find a task" aria-label="find a task">'
    return f'{search}<div class="tree">{parts}</div>'


def _node(tree: Tree, node: Node) -> str:
    line = f"<summary>{text(node_line(node, tree.metric))}</summary>"
    if children := offspring(tree, node):
        inside = "".join(_node(tree, child) for child in children)
    else:
        named = (f'<li data-name="{text(task)}">{text(task)}</li>' for task in node.tasks)
        inside = f"<ul>{''.join(named)}</ul>"
    return f"<details open>{line}{inside}</details>"
