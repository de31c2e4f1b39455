"""A grown tree as one web page."""

from collections.abc import Iterable, Iterator, Sequence

from treemeta.report.conflict_text import conflict_text
from treemeta.report.figures.contact import contact_sheet
from treemeta.report.html import Cell, Section, page, pairs, picture, table
from treemeta.report.text import FEWEST, mean_text, origin
from treemeta.store.records import Node, Tree
from treemeta.tasks.dataset import Dataset

NODES = (
    "node", "parent", "tasks", "from step", "steps", "loss", "accuracy", "reliability", "support",
    "names",
)  # fmt: skip
EVIDENCE = (
    "node", "step", "split", "reason", "children", "variance", "variance p", "cohesion", "cut p",
    "stability", "deals", "conflict", "gain", "gain from", "gain to",
)  # fmt: skip
ABOUT_DRAWING = (
    "Tasks that pull an init in similar directions share a node; the init of each node goes on "
    "from its parent's. Beside a leaf stand its tasks, with some of their characters where the "
    "images were at hand. The number on a line is the child's support: the share of resampled "
    "splits in which just its tasks are grouped again."
)
ABOUT_EVIDENCE = (
    "Under rule evidence a node splits where the best cut of its tasks is better than that of "
    "classes dealt to tasks at random (cut p) and where every child reappears when episodes are "
    "drawn again (stability). That tasks differ more than such deals (variance p) is asked too, "
    "but of meta-gradients it is only told, as bags of unlike tasks vary by their mixture. "
    "Children are kept apart only where they conflict: where the cosine of their mean gradients, "
    "freed of noise, lies below 0, what helps one hurts the other. With gate gain "
    "children and node then train on side by side, and the split is made only if the children "
    "answer the node's own tasks better (gain in accuracy, with its 95 % interval). Rule always "
    "asks only that each child keeps enough tasks. Refused splits are listed too."
)


def tree_page(tree: Tree, drawing: bytes, sections: Sequence[Section] = ()) -> str:
    """Return a page about a tree that needs nothing but itself.

    ``drawing`` is the tree as svg; ``sections`` follow what the tree itself tells: pictures of
    similarity, agreement with the truth and the like, from ``report.html``'s parts.
    """
    own = [
        Section("Configuration", "", pairs(tree.config.items())),
        *_held_out(tree),
        Section("The tree", ABOUT_DRAWING, picture(drawing, "the tree and its tasks")),
        Section("Nodes", "", table(NODES, map(_node, tree.nodes))),
        Section("Questions whether to split", ABOUT_EVIDENCE, table(EVIDENCE, _evidence(tree))),
    ]
    return page(origin(tree), f"tree {tree.id} {tree.status}",
                [*own, *sections])  # fmt: skip


def tree_report(tree: Tree, dataset: Dataset | None, sections: Iterable[Section] = ()) -> str:
    """Return the page of a tree, its leaves drawn with their characters where there is a data
    set."""
    return tree_page(tree, contact_sheet(tree, dataset, "svg"), tuple(sections))


def _held_out(tree: Tree) -> list[Section]:
    if not tree.test_accuracy:
        return []
    accuracy = tree.test_accuracy.values()
    said = (
        f"Mean {tree.metric} {mean_text(accuracy)}, bootstrapped over the {len(accuracy)} tasks "
        "that the tree was not grown on."
        if len(accuracy) >= FEWEST
        else f"Mean {tree.metric} {mean_text(accuracy)}; too few tasks for an interval."
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
            verdict = "yes" if one.accepted else "no"
            yield (
                node.name, one.step, verdict, one.reason, one.children, one.variance,
                one.p_variance, one.cohesion, one.p_cut, one.stability, one.deals,
                "; ".join(conflict_text(one)), one.gain, one.gain_low, one.gain_high,
            )  # fmt: skip
