"""The probe: directions of many tasks at one frozen init, in two independent halves."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.random import Generator

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn.params import Params, device_of
from treemeta.learn.setting import Setting
from treemeta.randomness import Address, generator
from treemeta.tasks.dataset import Dataset, Task
from treemeta.tasks.episode import draw_episode
from treemeta.tasks.load import LoadedEpisode, load_episode
from treemeta.tree.direction import directions

# Of a class in an episode whose head is solved. Which classes were drawn is most of an episode's
# noise: the same number of images tells more in more episodes.
IMAGES = 2
FEW = 2  # shots, and queries, of a class where tasks are probed lightly
BLOCKS = 12  # per half; the unit that a bootstrap over episodes draws
ROWS = 7200  # blocks of all tasks at most: all their products are held in memory


@dataclass(frozen=True)
class Probe:
    """Directions of tasks, ``float32[tasks, 2, blocks, dim]``: every block the mean of
    ``episodes / (2 * blocks)`` episodes, the halves drawn independently of each other. ``centred``
    says whether tasks are compared around their mean."""

    tasks: tuple[str, ...]
    directions: np.ndarray
    episodes: int
    centred: bool = True

    def mean(self) -> np.ndarray:
        """Return each task's direction over all its episodes, ``float32[tasks, dim]``."""
        return self.directions.mean(axis=(1, 2))


@dataclass(frozen=True)
class TaskProbe:
    """One unit of probing: all episodes of one task at a frozen init."""

    config: Config
    dataset: Dataset
    params: Params
    task: Task
    blocks: int
    per_block: int
    address: tuple[Address, ...]


def probe(
    setting: Setting, params: Params, tasks: list[Task], episodes: int, address: tuple[Address, ...]
) -> Probe:
    """Return which way every task pulls ``params``, from ``episodes`` over both halves."""
    units = task_probes(setting, params, tasks, episodes, address)
    return probe_by(probe_task, units, setting.engine)


def probe_lightly(
    setting: Setting,
    params: Params,
    tasks: list[Task],
    address: tuple[Address, ...],
    pooled: bool = False,
) -> Probe:
    """Probe every task with a quarter of the episodes and fewer images of a class: a tenth of the
    work, with more noise than a cut should have, but not too much to compare cuts by. ``pooled``,
    as many episodes are one block in each half."""
    episodes = setting.config.probe_episodes // 4
    units = task_probes(setting, params, tasks, episodes, address)
    if pooled:
        units = [replace(one, blocks=1, per_block=one.blocks * one.per_block) for one in units]
    return probe_by(probe_task_lightly, units, setting.engine)


def task_probes(
    setting: Setting, params: Params, tasks: list[Task], episodes: int, address: tuple[Address, ...]
) -> list[TaskProbe]:
    """Return a unit for every task, by name.

    ``episodes`` counts both halves and is rounded up to an equal number per block. An episode's
    draw depends on the address, the task's name and its number: the order of tasks is no matter.
    """
    blocks = min(BLOCKS, max(2, ROWS // (2 * len(tasks))), max(2, episodes // 2))
    per_block = -(-episodes // (2 * blocks))
    config, dataset = setting.config, setting.dataset
    return [
        TaskProbe(config, dataset, params, task, blocks, per_block, (*address, task.name))
        for task in sorted(tasks, key=lambda task: task.name)
    ]


def probe_by(
    finding: Callable[[TaskProbe], np.ndarray], units: list[TaskProbe], engine: Engine
) -> Probe:
    """Return what ``finding`` makes of every unit, ``float32[2, blocks, dim]`` each."""
    directions = np.stack(engine.map(finding, units))
    episodes = 2 * units[0].per_block * units[0].blocks
    return Probe(tuple(unit.task.name for unit in units), directions, episodes)


def probe_task(unit: TaskProbe) -> np.ndarray:
    """Return ``float32[2, blocks, dim]``, the mean directions of one task's blocks of episodes."""
    return _probe_task(unit, *episode_size(unit.config))


def probe_task_lightly(unit: TaskProbe) -> np.ndarray:
    """Return what ``probe_task`` does, from at most ``FEW`` shots and queries of a class."""
    return _probe_task(unit, *episode_size(unit.config, lightly=True))


def _probe_task(unit: TaskProbe, shots: int, queries: int) -> np.ndarray:
    config, shape = unit.config, (2, unit.blocks, unit.per_block)
    rngs = [generator(config.seed, *unit.address, *at, "probe") for at in np.ndindex(shape)]
    episodes = [draw_images(unit, shots, queries, rng) for rng in rngs]
    each = directions(config, unit.params, episodes, rngs).cpu().numpy()
    return each.reshape(*shape, -1).mean(axis=2)


def probe_episode(unit: TaskProbe, rng: Generator) -> LoadedEpisode:
    """Return one episode of a unit's task, of the size its direction takes."""
    return draw_images(unit, *episode_size(unit.config), rng)


def draw_images(unit: TaskProbe, shots: int, queries: int, rng: Generator) -> LoadedEpisode:
    """Return one episode of a unit's task with so many images of a class."""
    drawn = draw_episode(unit.dataset, unit.task, unit.config.ways, shots, queries, rng)
    return load_episode(unit.dataset, drawn, device_of(unit.params))


def episode_size(config: Config, lightly: bool = False) -> tuple[int, int]:
    """Return the shots and queries of an episode that a direction takes; at most ``FEW`` of each
    where tasks are probed lightly."""
    head_solved = config.direction == "head_solved"
    shots, queries = (1, IMAGES - 1) if head_solved else (config.shots, config.queries)
    return (min(shots, FEW), min(queries, FEW)) if lightly else (shots, queries)


def running(probes: Iterable[Probe]) -> Iterator[Probe]:
    """Yield the pool of the first probe, of the first two, and so on: one probe with the episodes
    of all. They are of the same tasks and size; none is kept, as many may not fit in memory."""
    total: Any = np.float32(0)
    count = 0
    for one in probes:
        total, count = total + one.directions, count + 1
        yield replace(one, directions=total / count, episodes=count * one.episodes)
