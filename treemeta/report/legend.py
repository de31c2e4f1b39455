"""What the numbers beside the nodes of a tree mean."""

from collections.abc import Iterator

from treemeta.store.records import Node, Tree


def tree_legend(tree: Tree) -> Iterator[str]:
    """Yield a line for each number that the drawing of a tree tells."""
    nodes = [node for node in tree.nodes if node.status == "finished"]
    asked = [one for node in nodes for one in node.evidence]
    if _known(nodes, "accuracy"):
        mean = "mean squared error" if tree.metric == "mse" else "share of right answers"
        yield f"{tree.metric}: {mean}, on fresh episodes of the node's own tasks"
    if _known(nodes, "reliability"):
        yield "reliability: how far its tasks' similarities agree when drawn again, at most 1"
    if _known(nodes, "support"):
        share = "trees that have" if tree.is_consensus else "resampled splits that make"
        yield f"support: the share of {share} just this node's tasks"
    if any(one.p_cut is not None or one.p_variance is not None for one in asked):
        yield p_legend(tree.metric)
    if any(one.stability is not None for one in asked):
        yield "stability: how much of the least stable child reappears when episodes are resampled"
    if any(one.conflicts for one in asked):
        yield "conflict: cosine of children's gradients; below 0, what helps one hurts the other"
    if any(one.gain is not None for one in asked):
        yield (
            f"gain: in {tree.metric}, over the node gone on alone, with its 95 % interval over the "
            "node's tasks"
        )


def p_legend(metric: str) -> str:
    """Return what a p-value of a split is."""
    chance = "directions, turned" if metric == "mse" else "classes, dealt to tasks"
    return f"p: how often the same {chance} at random, do as well"


def _known(nodes: list[Node], name: str) -> bool:
    return any(getattr(node, name) is not None for node in nodes)
