"""Growth: train a node, ask whether it splits, go on with its children."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn.learner import learner_of
from treemeta.learn.params import Params
from treemeta.learn.trainee import Trainee
from treemeta.randomness import generator
from treemeta.store.records import ROOT, Evidence, Node
from treemeta.tasks.dataset import Dataset
from treemeta.tree.evaluate import accuracies, examine_all
from treemeta.tree.gate import gain_of, judged, started, try_split
from treemeta.tree.probe import Probe, probe
from treemeta.tree.route import Fork, Router, make_fork
from treemeta.tree.similarity import reliability
from treemeta.tree.split import Split, ask_split
from treemeta.tree.stretch import Listen, Progress, may_ask, path_end, train_to_stop

# Where a tree splits that is not asked: by a node's name, the step and the groups of its tasks.
Cuts = Mapping[str, tuple[int, tuple[tuple[str, ...], ...]]]


@dataclass(frozen=True)
class Setting:
    """What growth is a function of besides the nodes, and who hears of it. Where a node's tasks are
    not ``asked`` which way they pull, it has no reliability, and it splits only where it is told.
    """

    config: Config
    dataset: Dataset
    engine: Engine
    listen: Listen
    cuts: Cuts | None = None
    asked: bool = True


@dataclass(frozen=True)
class Grown:
    """A finished node with what it has learned, and the fork to its children if it split and was
    asked. Children that a trial has trained already are ``begun``, each with its latest loss."""

    node: Node
    params: Params
    fork: Fork | None
    snapshots: tuple[tuple[int, Params], ...] = ()
    begun: tuple[tuple[Trainee, float | None], ...] = ()


@dataclass(frozen=True)
class Growing:
    """A node in training, where on the path it started, the mean loss of its latest step, what its
    splits were asked, and how well it was supported where it began."""

    trainee: Trainee
    start: int
    support: float | None = None
    loss: float | None = None
    evidence: tuple[Evidence, ...] = ()

    @property
    def depth(self) -> int:
        """The number of splits above it."""
        return len(self.trainee.name) - 1


@dataclass(frozen=True)
class Asked:
    """What became of the question whether a node splits: the node, gone on where a trial was
    refused; its probe; the split if there is one, and the children that its trial has begun."""

    growing: Growing
    observed: Probe | None
    split: Split | None = None
    begun: tuple[tuple[Trainee, float | None], ...] = ()


def grow(setting: Setting, finished: Mapping[str, Grown], device: str = "cpu") -> Iterator[Grown]:
    """Yield the nodes of a tree level by level, each as soon as it is finished.

    Nodes in ``finished`` are taken as they are, so that an interrupted tree goes on where it was
    and ends in the same bits.
    """
    first = fresh_init(setting.config, device)
    tasks = tuple(setting.dataset.select("train"))
    level = [Growing(Trainee(ROOT, 0, first, tasks), 0)]
    while level:
        names = [one.trainee.name for one in level]
        grown = {name: finished[name] for name in names if name in finished}
        yield from grown.values()
        for one in grow_level(setting, [one for one in level if one.trainee.name not in grown]):
            grown[one.node.name] = one
            yield one
        level = [child for name in names for child in children(setting.dataset, grown[name])]


def fresh_init(config: Config, device: str = "cpu") -> Params:
    """Return the init that a tree starts from."""
    fresh = learner_of(config).fresh_init(config, generator(config.seed, "init"))
    return {name: tensor.to(device) for name, tensor in fresh.items()}


def children(dataset: Dataset, grown: Grown) -> list[Growing]:
    """Return the children of a split node, as they start or as a trial has trained them; a leaf has
    none."""
    node, begun = grown.node, {one.name: (one, loss) for one, loss in grown.begun}
    start = node.start + node.meta_steps
    fresh = started(dataset, Trainee(node.name, start, grown.params, ()), node.groups)
    found = []
    for child, support in zip(fresh, node.supports, strict=True):
        trainee, loss = begun.get(child.name, (child, None))
        found.append(Growing(trainee, start, support, loss))
    return found


def grow_level(setting: Setting, growing: list[Growing]) -> Iterator[Grown]:
    """Train nodes side by side, each until it splits or the path is at its end.

    Every ``split_every`` steps a node is asked; once refused, it trains on and is asked again.
    """
    config = setting.config
    while growing:
        due = [one for one in growing if is_due(config, one)]
        waiting = [one for one in growing if one not in due]
        trained = train_to_stop(
            config, setting.dataset, [one.trainee for one in waiting], setting.engine,
            setting.listen,
        )  # fmt: skip
        due += [
            replace(one, trainee=trainee, loss=one.loss if loss is None else loss)
            for one, (trainee, loss) in zip(waiting, trained, strict=True)
        ]
        growing = []
        for one in due:
            asked = ask_node(setting, one)
            if asked.split or one.trainee.step >= path_end(config):
                yield finish(setting, asked)
            else:
                growing.append(asked.growing)


def is_due(config: Config, one: Growing) -> bool:
    """Return whether a node stands at a stop already, to which a trial has trained it."""
    step = one.trainee.step
    asked = bool(one.evidence) and one.evidence[-1].step == step
    at_stop = step >= path_end(config) or may_ask(config, one.depth, step)
    return step > one.start and not asked and at_stop


def ask_node(setting: Setting, one: Growing) -> Asked:
    """Return what becomes of a node at a stop: cut as it was told, or asked, and tried."""
    config, trainee = setting.config, one.trainee
    observed = None
    if setting.asked:
        with _timing(setting.listen, trainee):
            observed = probe_node(setting, trainee)
    if not may_ask(config, one.depth, trainee.step):
        return Asked(one, observed)
    if setting.cuts is not None:
        split, evidence = told(setting.cuts, trainee)
    else:
        assert observed is not None, "only a node that is told where to split need not be asked"
        with _timing(setting.listen, trainee):
            split, evidence = ask_split(
                config, setting.dataset, trainee.init, list(trainee.tasks), observed, trainee.name,
                trainee.step, setting.engine, _telling_deals(setting.listen, trainee),
            )  # fmt: skip
    if split and observed and config.gate == "gain" and setting.cuts is None:
        return try_out(setting, one, observed, split, evidence)
    setting.listen(Progress(trainee.name, trainee.step, evidence=evidence))
    return Asked(replace(one, evidence=(*one.evidence, evidence)), observed, split)


def told(cuts: Cuts, trainee: Trainee) -> tuple[Split | None, Evidence]:
    """Return the split that a node is told to make at its step, if any."""
    step, groups = cuts.get(trainee.name, (None, ()))
    if step != trainee.step:
        return None, Evidence(trainee.step, False, "told not to split here")
    split = Split(groups, (1.0,) * len(groups))
    return split, Evidence(trainee.step, True, "told to split so", len(groups))


def try_out(
    setting: Setting, one: Growing, observed: Probe, split: Split, evidence: Evidence
) -> Asked:
    """Return what becomes of a node whose tasks differ: its trial says whether a split pays.

    Neither outcome wastes what was trained for it: the children go on from where the trial has
    brought them, or the node does.
    """
    config, before = setting.config, one.trainee
    trial = try_split(config, setting.dataset, before, split.groups, setting.engine, setting.listen)
    gain = gain_of(
        config, setting.dataset, before, make_fork(observed, split.groups), trial, setting.engine
    )
    (parent, loss), kids = trial.parent, {child.name for child, _ in trial.children}
    steps = parent.step - before.step
    verdict = judged(evidence, gain, steps, steps * len(kids))
    kept = kids if verdict.accepted else {before.name}
    setting.listen(Progress(before.name, before.step, evidence=verdict))
    for event in trial.of(kept):
        setting.listen(event)
    asked = replace(one, evidence=(*one.evidence, verdict))
    if verdict.accepted:
        return Asked(asked, observed, split, trial.children)
    # Where it stands now it may be asked again, or is finished: the level's loop sees to it.
    return Asked(replace(asked, trainee=parent, loss=loss), observed)


def probe_node(setting: Setting, trainee: Trainee) -> Probe:
    """Return the directions of a node's tasks where it stands.

    The step is not part of the address: a node is asked with the same episodes each time.
    """
    config = setting.config
    return probe(
        config, setting.dataset, trainee.init, list(trainee.tasks), config.probe_episodes,
        (trainee.name,), setting.engine,
    )  # fmt: skip


@contextmanager
def _timing(listen: Listen, trainee: Trainee) -> Iterator[None]:
    """Tell how long something took that is not training."""
    began = time.perf_counter()
    yield
    listen(Progress(trainee.name, trainee.step, seconds=time.perf_counter() - began))


def _telling_deals(listen: Listen, trainee: Trainee) -> Callable[[int], None]:
    return lambda number: listen(Progress(trainee.name, trainee.step, deals=number))


def finish(setting: Setting, asked: Asked) -> Grown:
    """Return a node as it is stored: what it has learned, and how its own tasks fare with it."""
    one, split, config = asked.growing, asked.split, setting.config
    trainee, tasks = one.trainee, list(one.trainee.tasks)
    found = accuracies(
        examine_all(
            config, setting.dataset, Router({ROOT: trainee.init}, {}), tasks,
            config.node_episodes, ("node",), setting.engine,
        )
    )  # fmt: skip
    node = Node(
        name=trainee.name,
        tasks=tuple(task.name for task in tasks),
        start=one.start,
        meta_steps=trainee.step - one.start,
        loss=one.loss,
        accuracy=sum(found.values()) / len(found),
        reliability=reliability(asked.observed) if asked.observed else None,
        support=one.support,
        groups=split.groups if split else (),
        supports=split.supports if split else (),
        evidence=one.evidence,
    )
    fork = make_fork(asked.observed, split.groups) if split and asked.observed else None
    return Grown(node, trainee.init, fork, trainee.snapshots, asked.begun)
