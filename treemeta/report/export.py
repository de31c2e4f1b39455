"""Trees as files: json, dot, GraphML and Newick as text; svg, png and pdf through Graphviz."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import networkx as nx

from treemeta.errors import MachineError
from treemeta.report.conflict_text import split_conflict
from treemeta.report.newick import newick_name
from treemeta.report.text import printable
from treemeta.store.documents import json_text
from treemeta.store.records import ROOT, Node, Tree

DRAWN = ("svg", "png", "pdf")
SHOWN_TASKS = 12  # in one box of a drawing


def tree_dict(tree: Tree) -> dict[str, Any]:
    """Return the tree as ``treemeta tree show --json`` prints it."""
    return {
        "tree": tree.id,
        "hash": tree.hash(),
        "nodes": [_node_dict(node) for node in tree.nodes],
        "splits": _evidence(tree, accepted=True),
        "refused": _evidence(tree, accepted=False),
        "metric": tree.metric,
        "test_accuracy": tree.test_accuracy,
        "routes": {
            task: {"shares": one.shares, "margin": one.margin, "regret": one.regret}
            for task, one in tree.routes.items()
        },
        "curve": [asdict(point) for point in tree.curve],
    }


def _evidence(tree: Tree, accepted: bool) -> list[dict[str, Any]]:
    return [
        {"node": node.name} | asdict(one)
        for node in tree.nodes
        for one in node.evidence
        if one.accepted == accepted
    ]


def _node_dict(node: Node) -> dict[str, Any]:
    return {
        "name": node.name,
        "parent": node.parent,
        "children": list(node.children),
        "depth": node.depth,
        "tasks": list(node.tasks),
        "meta_steps": node.meta_steps,
        "reliability": node.reliability,
        "support": node.support,
        "accuracy": node.accuracy,
        "share": node.share,
        "trunk": node.trunk,
        "run_id": node.run_id,
        "status": node.status,
    }


def tree_json(tree: Tree) -> str:
    """Return the tree as json."""
    return json_text(tree_dict(tree), indent=2)


def tree_dot(tree: Tree) -> str:
    """Return the tree in Graphviz's language; names are escaped, ids are n0, n1, ..."""
    ids = {node.name: f"n{i}" for i, node in enumerate(tree.nodes)}
    lines = [
        "digraph tree {",
        '  node [shape=box style="rounded,filled" fillcolor="#eef3f8" color="#4477aa"'
        ' fontname="Helvetica" fontsize=11];',
        '  edge [color="#4477aa" fontname="Helvetica" fontsize=10];',
    ]
    for node in tree.nodes:
        lines.append(f'  {ids[node.name]} [label="{_label(node, tree.metric)}"];')
        if node.parent in ids:
            support = "" if node.support is None else f' [label=" {node.support:.2f}"]'
            lines.append(f"  {ids[node.parent]} -> {ids[node.name]}{support};")
    return "\n".join([*lines, "}"]) + "\n"


def _label(node: Node, metric: str) -> str:
    """Return a quoted label; the left-justifying \\l at its end also keeps it from being HTML."""
    accuracy = "" if node.accuracy is None else f", {metric} {node.accuracy:.2f}"
    lines = [f"{node.name}: {len(node.tasks)} tasks{accuracy}"]
    if node.status != "finished":
        lines = [f"{node.name}: {node.status}"]
    lines += [conflict] if (conflict := split_conflict(node)) else []
    if not node.groups:
        lines += [printable(task) for task in node.tasks[:SHOWN_TASKS]]
        if len(node.tasks) > SHOWN_TASKS:
            lines.append(f"and {len(node.tasks) - SHOWN_TASKS} more")
    return "".join(_escape(line) + "\\l" for line in lines)


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')


def tree_graphml(tree: Tree) -> str:
    """Return the tree as GraphML, the tasks of a node as a json list."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    for node in tree.nodes:
        about = _node_dict(node) | {"tasks": json.dumps(list(node.tasks))}
        about = {key: value for key, value in about.items() if key not in ("children", "parent")}
        graph.add_node(node.name, **{k: v for k, v in about.items() if v is not None})
    graph.add_edges_from(tree.graph().edges)
    return "\n".join(nx.generate_graphml(graph)) + "\n"


def tree_newick(tree: Tree) -> str:
    """Return the tree in Newick format: tasks are the tips, branch lengths are meta-steps.

    A consensus has no lengths, but the support of its nodes in comments. Tasks of a child that is
    not finished hang from its parent; a tree without nodes is ``;``.
    """
    nodes = {node.name: node for node in tree.nodes if node.status == "finished"}
    grown = not tree.is_consensus

    def clade(node: Node) -> str:
        inner: list[str] = []
        for child, group in node.shares.items():
            inner += [clade(nodes[child])] if child in nodes else tips(group)
        return f"({','.join(inner or tips(node.tasks))}){node.name}{edge(node)}"

    def edge(node: Node) -> str:
        if grown:
            return f":{node.meta_steps}"
        return "" if node.support is None else f"[&support={node.support:.2f}]"

    def tips(tasks: tuple[str, ...]) -> list[str]:
        return [newick_name(task) + (":0" if grown else "") for task in tasks]

    return (clade(nodes[ROOT]) if ROOT in nodes else "") + ";\n"


def draw(dot: str, kind: str) -> bytes:
    """Return a drawing (svg, png or pdf) of a graph in Graphviz's language.

    Raises ``MachineError`` when the ``dot`` program is not installed or does not work.
    """
    import graphviz

    try:
        return bytes(graphviz.Source(dot).pipe(format=kind, quiet=True))
    except graphviz.ExecutableNotFound as error:
        raise MachineError(
            f"format {kind} needs the 'dot' program: install graphviz (apt install graphviz, brew "
            "install graphviz), or export dot, json, graphml or newick"
        ) from error
    except (subprocess.CalledProcessError, OSError) as error:
        raise MachineError(
            f"the 'dot' program fails at format {kind}: install graphviz again, or export dot, "
            "json, graphml or newick"
        ) from error


WRITTEN: dict[str, Callable[[Tree], str]] = {
    "dot": tree_dot,
    "json": tree_json,
    "graphml": tree_graphml,
    "newick": tree_newick,
}
FORMATS = (*DRAWN, *WRITTEN)


def export(tree: Tree, kind: str) -> bytes:
    """Return the tree in one of ``FORMATS``."""
    if kind in DRAWN:
        return draw(tree_dot(tree), kind)
    return WRITTEN[kind](tree).encode()


def figures(tree: Tree) -> dict[str, str]:
    """Return the drawings logged with a tree: always its dot source, and svg where it can be."""
    drawn = {"tree.dot": tree_dot(tree)}
    try:
        return drawn | {"tree.svg": draw(drawn["tree.dot"], "svg").decode()}
    except MachineError:
        return drawn
