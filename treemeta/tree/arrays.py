"""Grown nodes as the arrays that are stored of them, and back."""

from treemeta.errors import IntegrityError
from treemeta.learn.params import from_arrays, to_arrays
from treemeta.store.read import read_arrays, read_snapshots
from treemeta.store.records import Node
from treemeta.store.registry import Registry
from treemeta.store.runs import COMMIT, FORK_FILE, SNAPSHOTS_FILE
from treemeta.store.tensors import Arrays
from treemeta.tree.growth import Grown
from treemeta.tree.route import Fork


def extra_arrays(one: Grown) -> dict[str, Arrays]:
    """Return what is stored beside a node's parameters: where its children lie, and its inits at
    points of the test curve."""
    fork, extra = one.fork, dict[str, Arrays]()
    if fork:
        extra[FORK_FILE] = {"mean": fork.mean, "centroids": fork.centroids}
    if one.snapshots:
        extra[SNAPSHOTS_FILE] = {
            f"{step}/{name}": array
            for step, params in one.snapshots
            for name, array in to_arrays(params).items()
        }
    return extra


def revive(registry: Registry, node: Node, device: str = "cpu", probed: bool = True) -> Grown:
    """Return a stored node as it was when it was grown.

    Raises ``IntegrityError`` where it was ``probed`` before it split, and its fork is no more.
    """
    params, fork = read_arrays(registry, node)
    if probed and node.groups and fork is None:
        raise IntegrityError(
            f"run {node.run_id}: its tag {COMMIT} does not vouch for {FORK_FILE}: restore the tag"
        )
    snapshots: dict[int, Arrays] = {}
    for key, array in read_snapshots(registry, node).items():
        step, _, name = key.partition("/")
        snapshots.setdefault(int(step), {})[name] = array
    return Grown(
        node,
        from_arrays(params, device),
        Fork(**fork) if fork else None,
        tuple((step, from_arrays(snapshots[step], device)) for step in sorted(snapshots)),
    )
