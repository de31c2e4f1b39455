"""Which of a tree's own tasks are nearest to new ones, by directions at one of its inits."""

from dataclasses import replace

import numpy as np

from treemeta.config import Config
from treemeta.learn.setting import Setting
from treemeta.measures.direction import as_adam_sees, similarity_of
from treemeta.measures.subject import Subject
from treemeta.tasks.dataset import Dataset
from treemeta.tree.place import queries_of
from treemeta.tree.placed import Neighbour
from treemeta.tree.probe import Probe, TaskProbe, probe_by, probe_task, task_probes

NEAREST = 3
ADDRESS = ("similarity", 0)  # as the measure itself begins: the same episodes, the same directions


def nearest(subject: Subject, unseen: Dataset) -> dict[str, tuple[Neighbour, ...]]:
    """Return for each task of new data the subject's tasks nearest to it, nearest first.

    What is said of a task does not depend on which others are new. A task that has too few images
    for a direction has no neighbours.
    """
    config, episodes = subject.config, subject.config.probe_episodes
    asked = task_probes(subject.setting, subject.params, subject.tasks, episodes, ADDRESS)
    # Many known tasks have few blocks each; what is new is held against them block by block.
    blocks, per_block = asked[0].blocks, asked[0].per_block
    units: list[TaskProbe] = []
    for task in unseen.select("all"):
        size = probe_config(config, queries_of(config, unseen, task))
        if size is not None:
            setting = Setting(size, unseen, subject.engine)
            (unit,) = task_probes(setting, subject.params, [task], episodes, ADDRESS)
            units.append(replace(unit, blocks=blocks, per_block=per_block))
    found: dict[str, tuple[Neighbour, ...]] = dict.fromkeys(unseen.tasks, ())
    if not units:
        return found
    known = probe_by(probe_task, asked, subject.engine)
    new = probe_by(probe_task, units, subject.engine)
    return found | _neighbours(known, new, config)


def probe_config(config: Config, queries: int) -> Config | None:
    """Return the config by which a task with so many ``queries`` a class to spare is probed, or
    ``None`` where it has too few images."""
    if config.direction == "head_solved":
        return config if config.shots + queries >= 2 else None
    if not queries:
        return None
    size = min(config.inner_batch_size, config.ways * (config.shots + queries))
    return replace(config, queries=queries, inner_batch_size=size)


def _neighbours(known: Probe, new: Probe, config: Config) -> dict[str, tuple[Neighbour, ...]]:
    if config.direction == "meta_gradient":
        known, new = as_adam_sees(known), as_adam_sees(new, known)
    found = {}
    for task, directions in zip(new.tasks, new.directions, strict=True):
        entries = np.concatenate([known.directions, directions[None]])
        both = replace(known, tasks=(*known.tasks, task), directions=entries)
        similarity = similarity_of(both, None, correct=False, seed=config.seed)
        tables = (similarity.matrix, similarity.low, similarity.high)
        cosines, low, high = (
            np.full(len(both.tasks), np.nan) if one is None else one.to_numpy()[-1]
            for one in tables
        )
        order = np.argsort(-cosines[:-1], kind="stable")[:NEAREST]
        found[task] = tuple(
            Neighbour(known.tasks[i], float(cosines[i]), _known(low[i]), _known(high[i]))
            for i in order
        )
    return found


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
