"""A grown tree as one web page."""

from collections.abc import Iterator, Sequence

from treemeta.report.chance_text import chance_phrase
from treemeta.report.conflict_text import conflict_text
from treemeta.report.html import Cell, Section, page, pairs, picture, table
from treemeta.report.legend import tree_legend
from treemeta.report.text import FEWEST, gain_text, machine_text, mean_text, origin
from treemeta.report.tree_html import tree_html
from treemeta.store.records import Node, Tree

NODES = (
    "node", "parent", "tasks", "from step", "steps", "loss", "accuracy", "reliability", "support",
    "names",
)  # fmt: skip
EVIDENCE = (
    "node", "step", "split into", "reason", "chance", "stability", "conflict", "forecast", "gain",
)  # fmt: skip
ABOUT_DRAWING = (
    "Tasks that pull an init in similar directions share a node; the init of each node goes on "
    "from its parent's. Beside a leaf stand its tasks, with some of their characters where the "
    "images were at hand. The number on a line is the child's support: the share of resampled "
    "splits in which just its tasks are grouped again."
)
ABOUT_NODES = (
    "From step and steps are where on the path from the root a node begins and how many are its "
    "own; loss is that of its last episodes."
)
ABOUT_EVIDENCE = (
    "Under rule evidence a node splits where the best cut of its tasks is better than that of "
    "classes dealt to tasks at random (cut p) and where every child reappears when episodes are "
    "drawn again. That tasks differ more than such deals (variance p) is asked too, "
    "but of meta-gradients it is only told, as bags of unlike tasks vary by their mixture. "
    "Children are kept apart only where they conflict. With gate gain children and node then "
    "train on side by side, and the split is made only if the children answer the node's own "
    "tasks better; copies and trunk are what children may share, and the forecast was made "
    "before. Rule always asks only that each child keeps enough tasks. Refused splits are listed "
    "too."
)


def tree_page(
    tree: Tree, drawing: bytes, verdict: Sequence[str] = (), sections: Sequence[Section] = ()
) -> str:
    """Return a page about a tree that needs nothing but itself.

    It begins with the ``verdict`` and the tree; ``drawing`` is that as svg. ``sections`` follow:
    pictures of similarity, agreement with the truth and the like.
    """
    shown = tree_html(tree) + picture(drawing, "the tree and its tasks")
    machine = f"I{machine_text(tree)[1:]}." if tree.machine else ""
    head = tuple(tree.metric if name == "accuracy" else name for name in NODES)
    meant = {line.partition(":")[0]: line for line in tree_legend(tree)}
    of_nodes = tuple(line for name, line in meant.items() if name in head)
    of_splits = tuple(line for name, line in meant.items() if name not in head)
    parts = [
        Section("The tree", ABOUT_DRAWING, shown),
        *sections,
        *_held_out(tree),
        Section("Nodes", ABOUT_NODES, table(head, map(_node, tree.nodes)), of_nodes),
        Section("Questions whether to split", ABOUT_EVIDENCE,
                table(EVIDENCE, _evidence(tree)), of_splits),
        Section("Configuration", machine, pairs(sorted(tree.config.items()))),
    ]  # fmt: skip
    return page(origin(tree), f"tree {tree.id} {tree.status}", verdict, parts)


def _held_out(tree: Tree) -> list[Section]:
    if not tree.test_accuracy:
        return []
    accuracy = tree.test_accuracy.values()
    said = (
        f"Mean {mean_text(tree.metric, accuracy)}, bootstrapped over tasks that the tree "
        "was not grown on."
        if len(accuracy) >= FEWEST
        else f"Mean {mean_text(tree.metric, accuracy)}; too few tasks for an interval."
    )
    rows = sorted(tree.test_accuracy.items(), key=lambda row: (-tree.sign * row[1], row[0]))
    return [Section("Held-out tasks", said, table(("task", tree.metric), rows))]


def _node(node: Node) -> Sequence[Cell]:
    names = ", ".join(node.tasks) if not node.groups else ""
    if node.status != "finished":
        return (node.name, node.parent or "", None, *[None] * 6, node.status)
    return (
        node.name, node.parent or "", len(node.tasks), node.start, node.meta_steps, node.loss,
        node.accuracy, node.reliability, node.support, names,
    )  # fmt: skip


def _evidence(tree: Tree) -> Iterator[Sequence[Cell]]:
    for node in tree.nodes:
        for one in node.evidence:
            yield (
                node.name, one.step, one.children if one.accepted else "no", one.reason,
                chance_phrase(one), one.stability, "; ".join(conflict_text(one)),
                f"{one.forecast.gain:+z.3f}" if one.forecast else "", "; ".join(gain_text(one)),
            )  # fmt: skip
