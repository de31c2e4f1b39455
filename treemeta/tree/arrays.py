"""Grown nodes as the arrays that are stored of them, and back."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from treemeta.config import Config
from treemeta.errors import IntegrityError
from treemeta.learn.learner import fresh_init
from treemeta.learn.params import Params, body, fits, from_arrays, to_arrays
from treemeta.learn.trunk import trunk
from treemeta.store.read import read_arrays, read_snapshots
from treemeta.store.records import Node
from treemeta.store.registry import Registry
from treemeta.store.runs import COMMIT, FORK_FILE, PARAMS_FILE, SNAPSHOTS_FILE
from treemeta.store.tensors import Arrays
from treemeta.store.write import Learned
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


def learned_of(one: Grown, losses: Sequence[tuple[int, float]], began: float) -> Learned:
    """Return what is stored beside a node's record, with the losses of its steps and when it began;
    a trunk is left to the node that holds it."""
    shared = trunk(one.params) if one.node.borrows else {}
    return Learned(to_arrays(one.params), extra_arrays(one), losses, began, tuple(shared))


def params_of(registry: Registry, node: Node, config: Config, device: str = "cpu") -> Params:
    """Return the parameters that a node of a config's network was stored with."""
    arrays, _ = read_arrays(registry, node)
    return _checked(node, PARAMS_FILE, arrays, _network(config), device)


def revive(
    registry: Registry, node: Node, config: Config, device: str = "cpu", probed: bool = True
) -> Grown:
    """Return a stored node as it was when it was grown.

    Raises ``IntegrityError`` where it was ``probed`` before it split, and its fork is no more.
    """
    arrays, fork = read_arrays(registry, node)
    if probed and node.groups and fork is None:
        raise IntegrityError(
            f"run {node.run_id}: its tag {COMMIT} does not vouch for {FORK_FILE}: restore the tag"
        )
    like = _network(config)
    snapshots: dict[int, Arrays] = {}
    for key, array in read_snapshots(registry, node).items():
        step, _, name = key.partition("/")
        if not step.isdecimal():
            raise _other(node, SNAPSHOTS_FILE)
        snapshots.setdefault(int(step), {})[name] = array
    return Grown(
        node,
        _checked(node, PARAMS_FILE, arrays, like, device),
        _fork(node, fork, like) if fork is not None else None,
        tuple(
            (step, _checked(node, SNAPSHOTS_FILE, snapshots[step], like, device))
            for step in sorted(snapshots)
        ),
    )


@lru_cache(maxsize=4)  # as all nodes of a tree have the same
def _network(config: Config) -> Params:
    return fresh_init(config)


def _checked(node: Node, name: str, arrays: Arrays, like: Params, device: str) -> Params:
    if not fits(arrays, like):
        raise _other(node, name)
    return from_arrays(arrays, device)


def _fork(node: Node, arrays: Arrays, like: Params) -> Fork:
    shapes = {name: array.shape for name, array in arrays.items()}
    size = sum(tensor.numel() for tensor in body(like).values())
    kinds = all(array.dtype == np.float32 for array in arrays.values())
    if shapes != {"mean": (size,), "centroids": (len(node.groups), size)} or not kinds:
        raise _other(node, FORK_FILE)
    return Fork(**arrays)


def _other(node: Node, name: str) -> IntegrityError:
    return IntegrityError(
        f"run {node.run_id}: {name} of node {node.name!r} holds no parameters of the network that "
        "the tree's config describes: restore the file"
    )
