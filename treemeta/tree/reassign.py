"""Re-assignment: a task changes its child where the likelihoods of its episodes say so.

It is the second half of IFCA's step (Ghosh et al. 2020), taken once, when a trial has trained the
children half of the way: a cut by directions is of before they were trained.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from scipy.stats import binomtest

from treemeta.config import Config
from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.store.evidence import Evidence, Groups, Moved
from treemeta.store.records import Routed
from treemeta.tasks.dataset import Dataset
from treemeta.tree.memory import Memory
from treemeta.tree.settle import Trained, settles
from treemeta.tree.stretch import Listen
from treemeta.tree.trial import train_settling, trial_stop


def moves(
    config: Config, children: Sequence[Trainee], routed: Mapping[str, Routed]
) -> tuple[Moved, ...]:
    """Return which tasks leave their child for another, by where each one's episodes were routed:
    those that went to the other by far more than chance, among as many tasks as there are, and
    that it answers better. None does where a child would be left with too few."""
    owners = {task.name: one.name for one in children for task in one.tasks}
    level = config.level / max(1, len(owners))
    left = {one.name: len(one.tasks) for one in children}
    moved = []
    for task, before in owners.items():
        shares, each = routed[task].shares, routed[task].each
        # Where nodes may answer, the parent may too: it is no child to move to.
        after = max(left, key=lambda name: shares.get(name, 0.0))
        to, stayed = (
            round(config.test_episodes * shares.get(name, 0.0)) for name in (after, before)
        )
        if after == before or not to or not answers_better(config, each, after, before):
            continue
        if binomtest(to, to + stayed, alternative="greater").pvalue <= level:
            moved.append(Moved(task, before, after))
    for one in moved:
        left[one.before] -= 1
        left[one.after] += 1
    return tuple(moved) if min(left.values()) >= config.min_tasks else ()


def answers_better(config: Config, each: Mapping[str, float], one: str, other: str) -> bool:
    """Whether one node answers better than another, where both have been tried."""
    return bool(each) and config.sign * (each[one] - each[other]) > 0


def regrouped(
    groups: Groups, names: Sequence[str], moved: Sequence[Moved], back: bool = False
) -> Groups:
    """Return groups of tasks, those of children of these names, after the moves; or, ``back``, as
    they were before them."""
    goes = {one.task: one.before if back else one.after for one in moved}
    owners = {task: name for name, group in zip(names, groups, strict=True) for task in group}
    now = owners | goes
    return tuple(tuple(sorted(task for task in now if now[task] == name)) for name in names)


def groups_of(trained: Sequence[Trained]) -> Groups:
    """Return the names of the tasks of children."""
    return tuple(tuple(task.name for task in one.tasks) for one, _ in trained)


def changes(names: Sequence[str], before: Groups, after: Groups) -> tuple[Moved, ...]:
    """Return which tasks have left their group for another, of children of these names."""
    now = {task: name for name, group in zip(names, after, strict=True) for task in group}
    return tuple(
        Moved(task, name, now[task])
        for name, group in zip(names, before, strict=True)
        for task in group
        if now[task] != name
    )


def with_tasks(dataset: Dataset, trained: Sequence[Trained], groups: Groups) -> tuple[Trained, ...]:
    """Return children, each with the tasks of its group, as they are."""
    return tuple(
        (replace(one, tasks=tuple(dataset.tasks[name] for name in group)), loss)
        for (one, loss), group in zip(trained, groups, strict=True)
    )


def replayed(
    setting: Setting,
    fresh: Sequence[Trainee],
    moved: Sequence[Moved],
    listen: Listen,
    memory: Memory | None = None,
) -> tuple[Trained, ...]:
    """Return the children of a node as its trial left them, from how they start: trained with the
    tasks that they had then. Growth that goes on without its trial ends in the same bits."""
    names = [one.name for one in fresh]
    now = tuple(tuple(task.name for task in one.tasks) for one in fresh)
    then = regrouped(now, names, moved, back=True)
    before = [one for one, _ in with_tasks(setting.dataset, [(o, None) for o in fresh], then)]
    until = fresh[0].name[:-1], trial_stop(setting.config, fresh[0].step)
    trained = train_settling(setting, before, until, listen, memory)
    return with_tasks(setting.dataset, trained, now)


def regrouped_by(
    config: Config, children: Sequence[Trained], routed: Mapping[str, Routed]
) -> Groups:
    """Return the groups of children after a trial: as it left them where they have settled in it,
    else with the moves that its routes speak for."""
    groups, trainees = groups_of(children), [one for one, _ in children]
    if settles(config):
        return groups
    names = [one.name for one in trainees]
    return regrouped(groups, names, moves(config, trainees, routed))


def is_replayed(config: Config, evidence: Sequence[Evidence]) -> bool:
    """Whether children that start afresh must go through their trial again, to end in its bits:
    where tasks were moved, or may have been moved to and fro."""
    last = evidence[-1] if evidence else None
    if last is None or not last.accepted or last.gain is None:
        return False
    return bool(last.moved) or settles(config)
