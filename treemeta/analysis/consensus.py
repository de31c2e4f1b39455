"""What most of several trees agree on: their majority-rule consensus."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from treemeta.errors import ConfigError
from treemeta.store.records import CONSENSUS, ROOT, Node, Tree

MOST_CHILDREN = 9  # a node's name is its path, one digit an edge, as the store reads it
Tasks = frozenset[str]


def consensus(trees: Sequence[Tree]) -> Tree:
    """Return the majority-rule consensus of trees, as a tree that is not stored yet.

    Its nodes are the task sets that are nodes in more than half of the trees (Margush and McMorris
    1981), each with the share of trees that have it as its support; tasks that no such child of a
    node takes go to a last child of their own. The order of the trees has no part in it. Raises
    ``ConfigError`` for trees that have no consensus.
    """
    trees = sorted(trees, key=lambda tree: tree.id)
    _check(trees)
    counts = Counter(tasks for tree in trees for tasks in {frozenset(n.tasks) for n in tree.nodes})
    nodes = _nodes(counts, len(trees))
    leaves = sum(not node.groups for node in nodes)
    summary = {"nodes": len(nodes), "leaves": leaves, "depth": max(node.depth for node in nodes)}
    return Tree(
        id="",
        config=_config(trees),
        nodes=tuple(nodes),
        status="finished",
        test_accuracy={},
        summary={name: float(value) for name, value in summary.items()},
    )


def _config(trees: Sequence[Tree]) -> dict[str, Any]:
    keys = ("dataset", "split", "transform", "questions", "data")
    about = {key: trees[0].config.get(key) for key in keys}
    return {"arm": CONSENSUS} | about | {"trees": [tree.id for tree in trees]}


def _nodes(counts: Counter[Tasks], trees: int) -> list[Node]:
    kept = [tasks for tasks, count in counts.items() if 2 * count > trees]
    queue: list[tuple[str, Tasks, float | None]] = [(ROOT, max(kept, key=len), None)]
    nodes = []
    for name, tasks, support in queue:  # which grows meanwhile, level by level
        groups = _children(tasks, kept)
        if len(groups) > MOST_CHILDREN:
            raise ConfigError(
                f"node {name!r} of the consensus would have {len(groups)} children, and "
                f"{MOST_CHILDREN} is the most: leave out trees that agree little with the others "
                "(see 'treemeta tree diff')"
            )
        supports = [counts[group] / trees for group in groups]
        queue += zip([f"{name}{i}" for i in range(len(groups))], groups, supports, strict=True)
        nodes.append(_node(name, tasks, support, groups, supports))
    return nodes


def _children(tasks: Tasks, kept: Sequence[Tasks]) -> list[Tasks]:
    """Return the largest kept sets inside a node's, in the order of their first tasks, and last
    what they leave over."""
    inside = [one for one in kept if one < tasks]
    children = [one for one in inside if not any(one < other for other in inside)]
    rest = tasks.difference(*children)
    return sorted(children, key=min) + ([rest] if children and rest else [])


def _node(
    name: str, tasks: Tasks, support: float | None, groups: list[Tasks], supports: list[float]
) -> Node:
    return Node(
        name=name,
        tasks=tuple(sorted(tasks)),
        start=0,
        meta_steps=0,
        loss=None,
        accuracy=None,
        reliability=None,
        support=support,
        groups=tuple(tuple(sorted(group)) for group in groups),
        supports=tuple(supports),
    )


def _check(trees: Sequence[Tree]) -> None:
    """Raise unless there are at least two different grown trees of the same tasks and data."""
    if len(trees) < 2:
        raise ConfigError(f"a consensus is of two trees or more, not of {len(trees)}: name another")
    for tree, times in Counter(tree.id for tree in trees).items():
        if times > 1:
            raise ConfigError(f"tree {tree} is named {times} times: name every tree once")
    for one in trees:
        if one.is_consensus:
            raise ConfigError(
                f"tree {one.id} is a consensus itself: name the trees that it was made of"
            )
        if one.status != "finished":
            raise ConfigError(
                f"tree {one.id} is {one.status}: leave it out, or finish it first with "
                f"'treemeta train --resume {one.id[:8]}'"
            )
        _check_pair(trees[0], one)


def _check_pair(a: Tree, b: Tree) -> None:
    """Raise unless two finished trees are of the same tasks and data."""
    tasks_a, tasks_b = {*a.nodes[0].tasks}, {*b.nodes[0].tasks}
    if odd := sorted(tasks_a ^ tasks_b):
        has, lacks = (a, b) if odd[0] in tasks_a else (b, a)
        raise ConfigError(
            f"task {odd[0]!r} is in tree {has.id} but not in tree {lacks.id}: name trees of the "
            "same tasks"
        )
    if a.config.get("data") != b.config.get("data"):
        raise ConfigError(
            f"trees {a.id} and {b.id} were grown on different data, though their tasks bear the "
            "same names: name trees of one data set"
        )
