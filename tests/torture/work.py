"""What is tortured: a tree that is stored, or trained, and gone on with until it is finished."""

from collections.abc import Callable
from dataclasses import replace

from tests.conftest import SMALL
from tests.trees import CONFIG, MACHINE, arrays, make_tree
from treemeta.declared import make_config
from treemeta.engine.local import Engine
from treemeta.store.finish import finish_tree
from treemeta.store.owner import owned
from treemeta.store.read import read_tree
from treemeta.store.registry import Registry, experiment_id, open_registry
from treemeta.store.runs import FORK_FILE, tree_runs
from treemeta.store.write import (
    Learned,
    RunPlace,
    end_tree,
    reopen_tree,
    start_tree,
    write_node,
)
from treemeta.tasks.sources import open_dataset
from treemeta.tree.job import begin, resume
from treemeta.tree.plan import Plan
from treemeta.tree.train import train

URI = "sqlite:///registry/mlflow.db"
TREE = make_tree()
TRAINED = make_config(SMALL | {"rule": "always", "min_tasks": 1, "meta_steps": 4})
Work = Callable[[], str]


def newest(registry: Registry) -> str | None:
    """Return the id of the newest tree, if there is one."""
    return next((str(run.info.run_id) for run in tree_runs(registry)), None)


def stored() -> str:
    """Store a tree of five nodes, or go on with it, as training does; return its hash."""
    registry = open_registry(URI, create=True)
    where = experiment_id(registry, "treemeta")
    tree = newest(registry) or start_tree(registry, where, "hand-made", CONFIG, MACHINE)
    with owned(registry, tree):
        before = read_tree(registry, tree)
        if before.status == "finished":
            return before.hash()
        try:
            reopen_tree(registry, tree, MACHINE)
            nodes = {node.name: node for node in before.nodes if node.status == "finished"}
            for i, node in enumerate(TREE.nodes):
                if node.name not in nodes:
                    parent = nodes[node.parent].run_id if node.parent else tree
                    extra = {FORK_FILE: arrays(1)} if node.groups else {}
                    learned = Learned(arrays(i), extra, [(1, 0.5)], 1000.0)
                    place = RunPlace(where, tree, parent)
                    nodes[node.name] = write_node(registry, place, node, learned)
            whole = replace(TREE, id=tree, nodes=tuple(nodes[node.name] for node in TREE.nodes))
            finish_tree(registry, whole, {"tree.svg": "<svg/>"})
            return read_tree(registry, tree).hash()
        except BaseException:
            end_tree(registry, tree, "FAILED")
            raise


def trained() -> str:
    """Train a small tree, or go on with it; return its hash."""
    registry = open_registry(URI, create=True)
    if tree := newest(registry):
        job = resume(URI, tree, allow_env_change=False)
    else:
        job = begin(Plan("", TRAINED), open_dataset(TRAINED.dataset), URI, "treemeta")
    job = replace(job, commit_every=1)  # so that there is a checkpoint wherever it is killed
    return train(job, lambda _: {}, lambda _: None, Engine(1)).hash()
