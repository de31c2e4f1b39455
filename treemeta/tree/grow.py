"""Growth: train a node, ask whether it splits, go on with its children."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn.layout import layout_of
from treemeta.learn.network import init_params
from treemeta.learn.params import Params
from treemeta.learn.reptile import Learner
from treemeta.randomness import generator
from treemeta.store.records import ROOT, Evidence, Node
from treemeta.tasks.dataset import Dataset, Task
from treemeta.tree.evaluate import accuracies
from treemeta.tree.probe import Probe, probe
from treemeta.tree.route import Fork, make_fork
from treemeta.tree.similarity import reliability
from treemeta.tree.split import Split, ask_split
from treemeta.tree.stretch import Listen, Progress, may_ask, path_end, train_to_stop


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
class Growing:
    """A seedling in training, the mean loss of its latest step, and what its splits were asked."""

    seedling: Seedling
    learner: Learner
    loss: float | None = None
    evidence: tuple[Evidence, ...] = ()

    @property
    def depth(self) -> int:
        """The number of splits above it."""
        return len(self.seedling.name) - 1


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
    level = [Seedling(ROOT, names, 0, first, None)]
    while level:
        grown = {one.name: finished[one.name] for one in level if one.name in finished}
        yield from grown.values()
        unfinished = [one for one in level if one.name not in finished]
        for one in grow_level(config, dataset, unfinished, engine, listen):
            grown[one.node.name] = one
            yield one
        level = [child for one in level for child in children(grown[one.name])]


def children(grown: Grown) -> list[Seedling]:
    """Return the seedlings of a split node; a leaf has none."""
    node = grown.node
    return [
        Seedling(name, group, node.start + node.meta_steps, grown.params, support)
        for name, group, support in zip(node.children, node.groups, node.supports, strict=True)
    ]


def grow_level(
    config: Config, dataset: Dataset, seedlings: list[Seedling], engine: Engine, listen: Listen
) -> Iterator[Grown]:
    """Train nodes side by side, each until it splits or the path is at its end.

    Every ``split_every`` steps a node is asked; once refused, it trains on and is asked again.
    """
    layout = layout_of(config)
    growing = [
        Growing(one, Learner(one.name, one.start, layout.pack(one.params), _tasks(dataset, one)))
        for one in seedlings
    ]
    while growing:
        learners = [one.learner for one in growing]
        trained = train_to_stop(config, dataset, learners, engine, listen)
        stopped = [
            replace(one, learner=learner, loss=loss)
            for one, (learner, loss) in zip(growing, trained, strict=True)
        ]
        growing = []
        for one in stopped:
            asked, split, observed = _ask(config, dataset, one, engine, listen)
            if split or one.learner.step >= path_end(config):
                yield _finish(config, dataset, asked, split, observed, engine)
            else:
                growing.append(asked)


def _tasks(dataset: Dataset, seedling: Seedling) -> tuple[Task, ...]:
    return tuple(dataset.tasks[name] for name in sorted(seedling.tasks))


def _ask(
    config: Config, dataset: Dataset, one: Growing, engine: Engine, listen: Listen
) -> tuple[Growing, Split | None, Probe]:
    learner, params = one.learner, layout_of(config).unpack(one.learner.init)
    tasks = list(learner.tasks)
    # The step is not part of the address: a node is asked with the same episodes each time.
    observed = probe(config, dataset, params, tasks, config.probe_episodes, (learner.name,), engine)
    if not may_ask(config, one.depth, learner.step):
        return one, None, observed
    split, weighed = ask_split(
        config, dataset, params, tasks, observed, learner.name, learner.step, engine,
        _telling_deals(listen, learner.name, learner.step),
    )  # fmt: skip
    listen(Progress(learner.name, learner.step, evidence=weighed))
    return replace(one, evidence=(*one.evidence, weighed)), split, observed


def _telling_deals(listen: Listen, node: str, step: int) -> Callable[[int], None]:
    return lambda number: listen(Progress(node, step, deals=number))


def _finish(
    config: Config,
    dataset: Dataset,
    one: Growing,
    split: Split | None,
    observed: Probe,
    engine: Engine,
) -> Grown:
    learner, seedling = one.learner, one.seedling
    params = layout_of(config).unpack(learner.init)
    tasks = list(learner.tasks)
    found = accuracies(
        config, dataset, {ROOT: params}, {}, tasks, config.node_episodes, ("node",), engine
    )
    node = Node(
        name=seedling.name,
        tasks=tuple(task.name for task in tasks),
        start=seedling.start,
        meta_steps=learner.step - seedling.start,
        loss=one.loss,
        accuracy=sum(found.values()) / len(found),
        reliability=reliability(observed),
        support=seedling.support,
        groups=split.groups if split else (),
        supports=split.supports if split else (),
        evidence=one.evidence,
    )
    return Grown(node, params, make_fork(observed, split.groups) if split else None)


def held_out_accuracies(
    config: Config, dataset: Dataset, grown: list[Grown], engine: Engine
) -> dict[str, float]:
    """Return the accuracy of every held-out task, each episode routed by its own support."""
    inits = {one.node.name: one.params for one in grown}
    forks = {one.node.name: one.fork for one in grown if one.fork is not None}
    tasks = dataset.select("test")
    return accuracies(config, dataset, inits, forks, tasks, config.test_episodes, ("test",), engine)
