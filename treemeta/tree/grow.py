"""Growth: train a node, weigh whether it splits, go on with its children."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace

from treemeta.config import Config
from treemeta.learn.learner import fresh_init
from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.store.records import LETTERS, ROOT, Node
from treemeta.tree.cosines import reliability
from treemeta.tree.evaluate import accuracies, examine_all
from treemeta.tree.growing import Growing
from treemeta.tree.growth import Grown, Growth, Weighed
from treemeta.tree.memory import Held
from treemeta.tree.reassign import is_replayed, replayed
from treemeta.tree.route import Router, make_fork
from treemeta.tree.stretch import Progress, is_asked, path_end, train_to_stop
from treemeta.tree.trial import started
from treemeta.tree.weigh import weigh


def grow(growth: Growth, finished: Mapping[str, Grown], device: str = "cpu") -> Iterator[Grown]:
    """Yield the nodes of a tree level by level, each as soon as it is finished.

    Nodes in ``finished`` are taken as they are, so that an interrupted tree goes on where it was
    and ends in the same bits.
    """
    config, memory = growth.setting.config, growth.memory
    tasks = tuple(growth.setting.dataset.select("train"))
    level = [Growing(Trainee(ROOT, 0, fresh_init(config, device), tasks), 0)]
    while level:
        names = [one.trainee.name for one in level]
        grown = {name: finished[name] for name in names if name in finished}
        yield from grown.values()
        for one in grow_level(growth, unfinished(level, grown)):
            if one.node.name not in grown:
                grown[one.node.name] = one
                yield one
                memory.settle(one.node.name, one.node.name if one.node.share == "trunk" else "")
        level = [child for name in names for child in children(growth, grown[name], finished)]


def unfinished(level: Sequence[Growing], grown: Container[str]) -> list[Growing]:
    """Return the nodes that must be trained: those that are not grown, and all that share a trunk
    with one of these."""
    missing = [one for one in level if one.trainee.name not in grown]
    trunks = {one.trainee.trunk for one in missing} - {""}
    return [one for one in level if one in missing or one.trainee.trunk in trunks]


def children(growth: Growth, grown: Grown, finished: Container[str] = ()) -> list[Growing]:
    """Return the children of a split node, as they start or as a trial has trained them; a leaf has
    none. Where all are finished or held, no trial is gone through again."""
    node, start, setting = grown.node, grown.node.end, growth.setting
    parent = Trainee(node.name, start, grown.params, ())
    fresh, trained = started(setting.dataset, parent, node.groups, node.share), grown.begun
    missing = any(one.name not in finished and not held_of(growth, one) for one in fresh)
    if not trained and missing and is_replayed(setting.config, node.evidence):
        moved = node.evidence[-1].moved
        trained = replayed(setting, fresh, moved, growth.listen, growth.memory)
    begun = {one.name: (one, loss) for one, loss in trained}
    begun_children = []
    for child, support in zip(fresh, node.supports, strict=True):
        trainee, loss = begun.get(child.name, (child, None))
        begun_children.append(Growing(trainee, start, support, loss))
    return begun_children


def grow_level(growth: Growth, growing: list[Growing]) -> Iterator[Grown]:
    """Train nodes side by side, each until it splits or the path is at its end.

    Every ``split_every`` steps a node is weighed; once refused, it trains on and is weighed again.
    """
    config, memory = growth.setting.config, growth.memory
    growing = [taken_up(growth, one) for one in growing]
    while growing:
        due = [one for one in growing if is_due(config, one)]
        waiting = [one for one in growing if one not in due]
        trainees = [one.trainee for one in waiting]
        trained = train_to_stop(growth.setting, trainees, growth.listen, memory)
        due += [
            replace(one, trainee=trainee, loss=one.loss if loss is None else loss)
            for one, (trainee, loss) in zip(waiting, trained, strict=True)
        ]
        growing = []
        for one in due:
            weighed = weigh(growth, one)
            if weighed.split or one.trainee.step >= path_end(config):
                yield finish(growth.setting, weighed)
            else:
                growing.append(weighed.growing)
                memory.hold(weighed.growing)


def taken_up(growth: Growth, one: Growing) -> Growing:
    """Return a node as it was weighed last, if that was before this process was begun."""
    held = held_of(growth, one.trainee)
    if held is None:
        return one
    for step, loss in enumerate(held.losses, start=one.start + 1):
        growth.listen(Progress(one.trainee.name, step, loss=loss))
    return held.growing


def held_of(growth: Growth, trainee: Trainee) -> Held | None:
    """Return what is held of a node, if it has the same tasks as when that was."""
    held = growth.memory.held.get(trainee.name)
    return held if held and held.growing.trainee.tasks == trainee.tasks else None


def is_due(config: Config, one: Growing) -> bool:
    """Return whether a node stands at a stop already, to which a trial has trained it."""
    step = one.trainee.step
    weighed = bool(one.evidence) and one.evidence[-1].step == step
    at_stop = step >= path_end(config) or is_asked(config, one.trainee, step)
    return step > one.start and not weighed and at_stop


def finish(setting: Setting, weighed: Weighed) -> Grown:
    """Return a node as it is stored: what it has learned, and how its own tasks fare with it."""
    one, split, observed = weighed.growing, weighed.split, weighed.observed
    trainee, alone = one.trainee, Router({ROOT: one.trainee.init}, {})
    tasks, episodes = list(trainee.tasks), setting.config.node_episodes
    accuracy = accuracies(examine_all(setting, alone, tasks, episodes, ("node",)))
    node = Node(
        name=trainee.name,
        tasks=tuple(task.name for task in tasks),
        start=one.start,
        meta_steps=trainee.step - one.start,
        loss=one.loss,
        accuracy=sum(accuracy.values()) / len(accuracy),
        reliability=reliability(observed) if observed else None,
        support=one.support,
        groups=split.groups if split else (),
        supports=split.supports if split else (),
        evidence=one.evidence,
        share=split.share if split else "none",
        trunk=trainee.trunk and trainee.trunk + LETTERS[0],  # the first child of them holds it
    )
    fork = make_fork(observed, split.groups) if split and observed else None
    return Grown(node, trainee.init, fork, trainee.snapshots, weighed.begun)
