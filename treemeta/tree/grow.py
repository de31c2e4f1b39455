"""Growth: train a node, ask whether it splits, go on with its children."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn.network import init_params
from treemeta.learn.params import Params
from treemeta.learn.reptile import meta_step
from treemeta.learn.ridge import diverged
from treemeta.randomness import generator
from treemeta.store.records import ROOT, Evidence, Node, path_order
from treemeta.tasks.dataset import Dataset, Task
from treemeta.tree.evaluate import accuracies
from treemeta.tree.probe import Probe, probe
from treemeta.tree.route import Fork, make_fork
from treemeta.tree.similarity import gram, products, reliability
from treemeta.tree.split import Split, ask_split


@dataclass(frozen=True)
class Grown:
    """A finished node with what it has learned, and the fork to its children if it split."""

    node: Node
    params: Params
    fork: Fork | None


@dataclass(frozen=True)
class Seedling:
    """A node still to be trained: where it starts, from what, and with which tasks."""

    name: str
    tasks: tuple[str, ...]
    start: int
    params: Params
    support: float | None


@dataclass(frozen=True)
class Progress:
    """What growing says of itself: a node's name, its step on the path, and one of: its latest
    loss, the number of deals its tasks were compared with, the evidence weighed, the whole node."""

    node: str
    step: int
    loss: float | None = None
    deals: int | None = None
    evidence: Evidence | None = None
    finished: Node | None = None


Listen = Callable[[Progress], None]


def grow(
    config: Config,
    dataset: Dataset,
    engine: Engine,
    finished: Mapping[str, Grown],
    listen: Listen,
    device: str = "cpu",
) -> Iterator[Grown]:
    """Yield the nodes of a tree level by level, each as soon as it is finished.

    Nodes in ``finished`` are taken as they are, so that an interrupted tree goes on where it was
    and ends in the same bits.
    """
    fresh = init_params(config, generator(config.seed, "init"))
    first = {name: tensor.to(device) for name, tensor in fresh.items()}
    names = tuple(task.name for task in dataset.select("train"))
    waiting = [Seedling(ROOT, names, 0, first, None)]
    while waiting:
        seedling = waiting.pop(0)
        grown = finished.get(seedling.name) or grow_node(config, dataset, seedling, engine, listen)
        yield grown
        waiting += children(grown)
        waiting.sort(key=lambda one: path_order(one.name))


def children(grown: Grown) -> list[Seedling]:
    """Return the seedlings of a split node; a leaf has none."""
    node = grown.node
    return [
        Seedling(name, group, node.start + node.meta_steps, grown.params, support)
        for name, group, support in zip(node.children, node.groups, node.supports, strict=True)
    ]


def grow_node(
    config: Config, dataset: Dataset, seedling: Seedling, engine: Engine, listen: Listen
) -> Grown:
    """Train a node until it splits or the path is at its end, asking every ``split_every`` steps.

    Once refused, it trains on and is asked again, at the next multiple of ``split_every``.
    """
    tasks = [dataset.tasks[name] for name in sorted(seedling.tasks)]
    params, loss, step = seedling.params, None, seedling.start
    evidence: list[Evidence] = []
    split: Split | None = None
    observed: Probe | None = None
    end = 0 if config.arm == "scratch" else config.meta_steps
    while step < end and split is None:
        params, loss = meta_step(config, dataset, params, tasks, seedling.name, step, engine)
        step += 1
        if not math.isfinite(loss):
            raise diverged(f"the loss of node {seedling.name} at step {step} is {loss}")
        listen(Progress(seedling.name, step, loss=loss))
        observed = None
        if may_ask(config, len(seedling.name) - 1, step):
            observed = _probe(config, dataset, params, tasks, seedling.name, engine)
            split, weighed = ask_split(
                config, dataset, params, tasks, observed, seedling.name, step, engine,
                _telling_deals(listen, seedling.name, step),
            )  # fmt: skip
            evidence.append(weighed)
            listen(Progress(seedling.name, step, evidence=weighed))
    if observed is None:
        observed = _probe(config, dataset, params, tasks, seedling.name, engine)
    return _finish(
        config, dataset, seedling, params, loss, step, tuple(evidence), split, observed, engine
    )


def _telling_deals(listen: Listen, node: str, step: int) -> Callable[[int], None]:
    return lambda number: listen(Progress(node, step, deals=number))


def may_ask(config: Config, depth: int, step: int) -> bool:
    """Return whether a node is asked at this step: not at the path's end, where children could
    learn nothing, nor at the greatest depth."""
    return (
        config.arm == "tree"
        and step % config.split_every == 0
        and step < config.meta_steps
        and depth < config.max_depth
    )


def _probe(
    config: Config, dataset: Dataset, params: Params, tasks: list[Task], node: str, engine: Engine
) -> Probe:
    # The step is not part of the address: a node is asked with the same episodes each time.
    return probe(config, dataset, params, tasks, config.probe_episodes, (node,), engine)


def _finish(
    config: Config,
    dataset: Dataset,
    seedling: Seedling,
    params: Params,
    loss: float | None,
    step: int,
    evidence: tuple[Evidence, ...],
    split: Split | None,
    observed: Probe,
    engine: Engine,
) -> Grown:
    tasks = [dataset.tasks[name] for name in sorted(seedling.tasks)]
    found = accuracies(
        config, dataset, {ROOT: params}, {}, tasks, config.node_episodes, ("node",), engine
    )
    node = Node(
        name=seedling.name,
        tasks=tuple(task.name for task in tasks),
        start=seedling.start,
        meta_steps=step - seedling.start,
        loss=loss,
        accuracy=sum(found.values()) / len(found),
        reliability=reliability(products(gram(observed))),
        support=seedling.support,
        groups=split.groups if split else (),
        supports=split.supports if split else (),
        evidence=evidence,
    )
    fork = make_fork(observed, split.groups) if split else None
    return Grown(node, {name: tensor.detach() for name, tensor in params.items()}, fork)


def held_out_accuracies(
    config: Config, dataset: Dataset, grown: list[Grown], engine: Engine
) -> dict[str, float]:
    """Return the accuracy of every held-out task, each episode routed by its own support."""
    inits = {one.node.name: one.params for one in grown}
    forks = {one.node.name: one.fork for one in grown if one.fork is not None}
    tasks = dataset.select("test")
    return accuracies(config, dataset, inits, forks, tasks, config.test_episodes, ("test",), engine)
