"""Trees as files: json, dot, GraphML, Newick and Nexus as text; drawings through Graphviz."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import networkx as nx

from treemeta.errors import MachineError, printable
from treemeta.report.conflict_text import split_conflict
from treemeta.report.newick import tree_newick
from treemeta.report.nexus import tree_nexus
from treemeta.store.documents import json_text
from treemeta.store.records import Node, Tree

DRAWN = ("svg", "png", "pdf")
OTHERS = "dot, json, graphml, newick or nexus"  # what needs no Graphviz
SHOWN_TASKS = 12  # in one box of a drawing


def tree_dict(tree: Tree) -> dict[str, Any]:
    """Return the tree as ``treemeta tree show --json`` prints it."""
    return {
        "tree": tree.id,
        "hash": tree.hash(),
        "machine": tree.machine,
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
    """Return the tree as GraphML: nodes with what json tells of them, the tasks as a json list; an
    edge has the support of the child that it leads to, the graph the tree's id and metric."""
    graph: nx.DiGraph[str] = nx.DiGraph(tree=tree.id, metric=tree.metric)
    for node in tree.nodes:
        about = _node_dict(node) | {"tasks": json.dumps(list(node.tasks))}
        for told_by_edges in ("children", "parent"):
            del about[told_by_edges]
        graph.add_node(node.name, **_known(about))
        if node.parent is not None:
            graph.add_edge(node.parent, node.name, **_known({"support": node.support}))
    return "\n".join(nx.generate_graphml(graph)) + "\n"


def _known(about: dict[str, Any]) -> dict[str, Any]:
    """Return what GraphML can hold: it knows neither nothing nor empty texts."""
    return {key: value for key, value in about.items() if value not in (None, "")}


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
            f"install graphviz), or export {OTHERS}"
        ) from error
    except (subprocess.CalledProcessError, OSError) as error:
        raise MachineError(
            f"the 'dot' program fails at format {kind}: install graphviz again, or export {OTHERS}"
        ) from error


WRITTEN: dict[str, Callable[[Tree], str]] = {
    "dot": tree_dot,
    "json": tree_json,
    "graphml": tree_graphml,
    "newick": tree_newick,
    "nexus": tree_nexus,
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
