"""What MLflow's page of a run says of it: the note of a tree, and of each node."""

from treemeta.errors import printable
from treemeta.store.evidence import Evidence
from treemeta.store.records import Node, Tree

NOTE = "mlflow.note.content"
VIEW = "treemeta"  # the key of the view of runs that experiments hold
MODE = "workflowType=machine_learning"  # else MLflow may offer what is for chats
MOST_TASKS = 40  # that a note names


def tree_note(tree: Tree, experiment: str, verdict: str, pictured: bool) -> str:
    """Return a tree's note: its verdict, its picture where there is one, and links to its nodes."""
    picture = f"![tree](get-artifact?path=figures/tree.svg&run_uuid={tree.id})"
    nodes = "\n".join(
        f"- {_node_link(node, experiment)}{_reached(node, tree.metric)}" for node in tree.nodes
    )
    runs = f"[All runs, nested]({runs_link(experiment)})"
    parts = [verdict, picture if pictured else "", nodes, runs]
    return "\n\n".join(part for part in parts if part)


def node_note(node: Node, tree: Tree, experiment: str) -> str:
    """Return a node's note: what it has reached, its tasks, the evidence for and against splitting
    it, and links to its tree, its parent and its children."""
    named = {one.name: one for one in tree.nodes}
    evidence = "\n".join(f"- {_asked(one)}" for one in node.evidence)
    above = [f"tree {_run_link('its run', tree.id, experiment)}"]
    if node.parent in named:
        above.append(f"parent {_node_link(named[node.parent], experiment)}")
    below = [_node_link(named[name], experiment) for name in node.children if name in named]
    links = ", ".join(above) + (f", children {', '.join(below)}" if below else "")
    reached = f"{len(node.tasks)} tasks{_reached(node, tree.metric)}"
    parts = [reached, _named(node), evidence, links]
    return "\n\n".join(part for part in parts if part)


def version_note(node: Node, tree: str, experiment: str) -> str:
    """Return what a registered model's version says of itself: the node, its tree and its tasks."""
    of = f"Node {_node_link(node, experiment)} of {_run_link('its tree', tree, experiment)}"
    return f"{of}, {len(node.tasks)} tasks: {_named(node)}."


def runs_link(experiment: str) -> str:
    """Return where MLflow lists the runs of an experiment, with the columns that matter."""
    return f"#/experiments/{experiment}/runs?{MODE}&viewStateShareKey={VIEW}"


def run_link(experiment: str, run: str) -> str:
    """Return where MLflow shows a run."""
    return f"#/experiments/{experiment}/runs/{run}?{MODE}"


def code(text: str) -> str:
    """Return text as Markdown shows it, whatever it says."""
    return f"`{printable(text).replace('`', chr(0x2019)) or ' '}`"


def _named(node: Node) -> str:
    tasks = ", ".join(map(code, node.tasks[:MOST_TASKS]))
    more = len(node.tasks) - MOST_TASKS
    return f"{tasks} and {more} more" if more > 0 else tasks


def _node_link(node: Node, experiment: str) -> str:
    return _run_link(node.name, node.run_id, experiment)


def _run_link(text: str, run: str, experiment: str) -> str:
    return f"[{text}]({run_link(experiment, run)})"


def _reached(node: Node, metric: str) -> str:
    known = ((metric, node.accuracy), ("reliability", node.reliability),
             ("support", node.support))  # fmt: skip
    return "".join(f", {name} {value:.3f}" for name, value in known if value is not None)


def _asked(one: Evidence) -> str:
    verdict = f"split into {one.children}" if one.accepted else "not split"
    sure = f" (cut p {one.p_cut:.2g})" if one.p_cut is not None else ""
    return f"step {one.step}: {verdict}, {code(one.reason)}{sure}"
