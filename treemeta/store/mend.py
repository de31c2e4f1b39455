"""Mending what a look over a registry has found, short of training."""

from contextlib import nullcontext

from treemeta.store.checkpoint import drop_checkpoint
from treemeta.store.checkup import END, FORGET, MOVE, REMOVE, Finding, copies, unsound
from treemeta.store.move import move
from treemeta.store.owner import owned
from treemeta.store.registry import Registry
from treemeta.store.runs import COMMIT, NODE, TREE, runs_with
from treemeta.store.structure import PARENT
from treemeta.store.write import end_tree


def mend(registry: Registry, finding: Finding) -> None:
    """Do what a finding says would mend it, unless that is to grow a tree again."""
    if finding.mends == MOVE:
        move(registry.uri)
    elif finding.mends == END:
        with owned(registry, finding.tree):
            end_tree(registry, finding.tree, "KILLED")
    elif finding.mends == FORGET:
        with owned(registry, finding.tree):
            drop_checkpoint(registry, finding.tree)
    elif finding.mends == REMOVE:
        _remove(registry, finding)


def _remove(registry: Registry, finding: Finding) -> None:
    with owned(registry, finding.tree) if finding.tree else nullcontext():
        if finding.tree:
            _rehang(registry, finding)
        for run in finding.runs:
            registry.client.delete_run(run)


def _rehang(registry: Registry, finding: Finding) -> None:
    """Hang what is below second copies of nodes below the first."""
    nodes = list(runs_with(registry, TREE, finding.tree))
    first = copies(finding.tree, nodes)
    for run in nodes:
        parent = run.data.tags.get(PARENT, "")
        if parent in first and run.info.run_id not in finding.runs:
            registry.client.set_tag(run.info.run_id, PARENT, first[parent])


def fall_back(registry: Registry, tree: str) -> tuple[str, ...]:
    """Take from a tree what cannot be read of its nodes, with all that hangs below, so that
    training goes on from what can; return the names of what was taken."""
    nodes = list(runs_with(registry, TREE, tree))
    taken = unsound(registry, tree, nodes)
    if taken:
        clear(registry, Finding(tree, taken, ""))
    names = {run.info.run_id: str(run.data.tags.get(NODE, "")) for run in nodes}
    return tuple(names[run] for run in taken)


def clear(registry: Registry, finding: Finding) -> None:
    """Take from a tree what cannot be read of it, and its commit: it is unfinished then."""
    with owned(registry, finding.tree):
        for run in finding.runs:
            registry.client.delete_run(run)
        if COMMIT in registry.client.get_run(finding.tree).data.tags:
            registry.client.delete_tag(finding.tree, COMMIT)
