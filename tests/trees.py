"""Trees made by hand, a registry's worth of them, and ways to spoil what is stored."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from treemeta.store.evidence import Evidence
from treemeta.store.finish import finish_tree
from treemeta.store.records import Node, Tree
from treemeta.store.registry import Registry, experiment_id
from treemeta.store.runs import FORK_FILE
from treemeta.store.write import Learned, RunPlace, start_tree, write_node

TASKS = ("Alpha", "Beta", "Delta", "Epsilon", "Gamma")
MACHINE = {
    "python": "3.11.7", "torch": "2.10.0", "numpy": "2.4.0", "device": "cpu", "cpu": "AVX2",
    "probe": "0123456789abcdef", "products": "fedcba9876543210",
}  # fmt: skip
CONFIG = {"arm": "tree", "dataset": "glyphs", "seed": 0, "data": "f" * 64, "inner_lr": 0.001}

# What a folder may be called that a terminal, Graphviz, Newick, xml or matplotlib takes for more.
HOSTILE = [
    "<b>",
    "<b>bold</b>",
    'a"b',
    'end"]; n9 [label="',
    "node:port",
    "x\\",
    "\\N \\l \\G",
    "&lt;",
    "a--b",
    "]]>",
    "[/x]",
    "{a|b}",
    "'quote'",
    "(x):1,y;",
    "a_b",
    "a b",
    "$x$",
    "$\\frac$",
    "%s",
    "=1+1",
    "NA",
    "a,b",
    "Ñandú",
    "\N{CJK UNIFIED IDEOGRAPH-65E5}\N{CJK UNIFIED IDEOGRAPH-672C}",
    "two\nlines",
    "\r",
    "\x00",
    "\x1b[31mred",
    "\x9b2J",
    "\x7f",
    "\u202eright to left",
    "\ufffe",
]


def make_node(name: str, tasks: tuple[str, ...], **more: Any) -> Node:
    about = {"start": 4 * (len(name) - 1), "meta_steps": 4, "loss": 0.5, "accuracy": 0.75}
    about |= {"reliability": None, "support": None, "tensors_sha256": "0" * 64}
    return Node(name, tasks, **about | more)  # type: ignore[arg-type]


def make_tree(tasks: tuple[str, ...] = TASKS, **more: Any) -> Tree:
    """Return a tree of five nodes over five tasks: r, r0 with two leaves, and the leaf r1."""
    a, b, c, d, e = tasks
    no = Evidence(2, False, "too few tasks", 2, 0.1, 0.5, 0.2, 0.25, None, 19)
    yes = Evidence(
        4, True, "structure beyond that of dealt classes", 2, 0.4, 0.05, 0.3, 0.05, 1.0, 19
    )
    nodes = (
        make_node(
            "r",
            tasks,
            reliability=0.9,
            groups=((a, b, c), (d, e)),
            supports=(0.98, 0.75),
            evidence=(no, yes),
        ),
        make_node("r0", (a, b, c), support=0.98, groups=((a, b), (c,)), supports=(1.0, 1.0)),
        make_node("r1", (d, e), support=0.75, meta_steps=8, evidence=(replace(no, step=8),)),
        make_node("r00", (a, b), support=1.0, accuracy=0.5),
        make_node("r01", (c,), support=1.0, loss=None, accuracy=None),
    )
    whole: dict[str, Any] = {
        "id": "0123456789abcdef0123456789abcdef",
        "config": CONFIG,
        "nodes": nodes,
        "status": "finished",
        "test_accuracy": {"Zeta": 0.5, "Eta": 0.25},
        "summary": {"nodes": 5.0, "test/accuracy": 0.375},
        "machine": MACHINE,
    }
    return Tree(**whole | more)


def make_consensus() -> Tree:
    """Return a consensus of three trees: two nodes that most have, and what they leave."""
    a, b, c, d, e = TASKS
    made: dict[str, Any] = {"start": 0, "meta_steps": 0, "loss": None, "accuracy": None}
    nodes = (
        make_node("r", TASKS, groups=((a, b, c), (d, e)), supports=(1.0, 2 / 3), **made),
        make_node(
            "r0", (a, b, c), support=1.0, groups=((a, b), (c,)), supports=(2 / 3, 0.0), **made
        ),
        make_node("r1", (d, e), support=2 / 3, **made),
        make_node("r00", (a, b), support=2 / 3, **made),
        make_node("r01", (c,), support=0.0, **made),
    )
    config = {"arm": "consensus", "dataset": "glyphs", "split": "poster", "data": "f" * 64}
    config["trees"] = ["a" * 32, "b" * 32, "c" * 32]
    summary = {"nodes": 5.0, "leaves": 3.0, "depth": 2.0}
    return make_tree(nodes=nodes, config=config, test_accuracy={}, summary=summary, machine={})


def leaf_of(*tasks: str) -> Tree:
    """Return a tree that is one leaf."""
    return make_tree(nodes=(make_node("r", tasks),))


@st.composite
def random_trees(draw: st.DrawFn, tasks: Sequence[str] = ()) -> Tree:
    """Any tree that could have been grown, of these tasks or of up to eight with any names."""
    names = st.text(min_size=1, max_size=5) | st.sampled_from(HOSTILE)
    some = st.lists(names.filter(str.strip), min_size=1, max_size=8, unique=True)
    tasks = draw(st.permutations(tasks) if tasks else some)
    nodes = []

    def grow(name: str, tasks: Sequence[str]) -> None:
        most = min(3, len(tasks)) if len(name) < 5 else 1
        inside = st.integers(1, max(1, len(tasks) - 1))
        cuts = sorted(draw(st.sets(inside, max_size=most - 1)))
        ends = [0, *cuts, len(tasks)]
        groups = [tasks[i:j] for i, j in pairwise(ends)] if cuts else []
        nodes.append(
            make_node(
                name,
                tuple(tasks),
                accuracy=draw(st.none() | st.floats(0, 1)),
                groups=tuple(map(tuple, groups)),
                supports=tuple(1.0 for _ in groups),
            )
        )
        for i, group in enumerate(groups):
            grow(f"{name}{i}", group)

    grow("r", tasks)
    return make_tree(nodes=tuple(sorted(nodes, key=lambda node: (len(node.name), node.name))))


def arrays(seed: int) -> dict[str, np.ndarray]:
    draw = np.random.default_rng(seed)
    return {
        "conv.weight": draw.normal(size=(2, 1, 3, 3)).astype(np.float32),
        "bias": draw.normal(size=2).astype(np.float32),
    }


def store(registry: Registry, tree: Tree, finish: bool = True) -> Tree:
    """Write a tree as training does and return it with its ids and digests."""
    experiment = experiment_id(registry, "treemeta")
    tree_id = start_tree(registry, experiment, "hand-made", tree.config, MACHINE)
    stored: dict[str, Node] = {}
    for i, node in enumerate(tree.nodes):
        parent = stored[node.parent].run_id if node.parent else tree_id
        losses = [(node.start + step, 1 / step) for step in range(1, node.meta_steps + 1)]
        fork = {FORK_FILE: {"mean": np.ones(3), "centroids": np.eye(3)}} if node.groups else {}
        place = RunPlace(experiment, tree_id, parent)
        learned = Learned(arrays(i), fork, losses, 1000.0 + i)
        stored[node.name] = write_node(registry, place, node, learned)
    whole = replace(tree, id=tree_id, nodes=tuple(stored.values()))
    if finish:
        finish_tree(registry, whole, {"tree.dot": "digraph {}", "tree.svg": "<svg/>"})
        return whole
    return replace(whole, status="unfinished", test_accuracy={}, summary={})


def run_of(tree: Tree, name: str) -> str:
    """Return the run id of a node, or of the tree itself for the empty name."""
    return {"": tree.id, **{node.name: node.run_id for node in tree.nodes}}[name]


def artifact(run_id: str, name: str) -> Path:
    return Path("registry/artifacts", run_id, "artifacts", name)


def forge(
    registry: Registry, run_id: str, name: str, content: bytes, tag: str = "treemeta.commit"
) -> None:
    """Replace a stored file and let the commit vouch for the new one."""
    artifact(run_id, name).write_bytes(content)
    commit = json.loads(registry.client.get_run(run_id).data.tags[tag])
    commit["sha256"][name] = hashlib.sha256(content).hexdigest()
    registry.client.set_tag(run_id, tag, json.dumps(commit))


def sentence(caught: pytest.ExceptionInfo[Any]) -> str:
    """Return what an error says, which must be one line that any terminal may show."""
    said = str(caught.value)
    assert said.isprintable()
    assert 20 < len(said) < 400
    assert not said.endswith(".")
    return said
