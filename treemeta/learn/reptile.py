"""The outer loop: Reptile (Nichol, Achiam and Schulman 2018)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from treemeta.config import Config
from treemeta.learn.inner import adapt, adapt_all
from treemeta.learn.layout import packing_of
from treemeta.learn.network import init_params, logits, logits_given, norm_statistics
from treemeta.learn.params import Params, device_of
from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee, meta_batch, remembered, step_size
from treemeta.learn.trunk import averaged, batch_sizes
from treemeta.randomness import Address, generator
from treemeta.tasks.dataset import Dataset, Task
from treemeta.tasks.episode import draw_episode, draw_minibatches
from treemeta.tasks.load import load


@dataclass(frozen=True)
class InnerRuns:
    """One unit of meta-training: adapt inits, each to an episode of a task drawn at an address."""

    config: Config
    dataset: Dataset
    inits: tuple[Params, ...]
    tasks: tuple[Task, ...]
    addresses: tuple[tuple[Address, ...], ...]


fresh_init = init_params


def reptile_step(init: Tensor, adapted: Tensor, step_size: float) -> Tensor:
    """Return ``phi + eps * (1/n) * sum_i (phi_i* - phi)`` for ``phi`` ``Tensor[dim]`` and
    ``phi_i*`` ``Tensor[n, dim]`` (Nichol et al. 2018, algorithm 2)."""
    return torch.add(init, adapted.mean(0) - init, alpha=step_size)


def meta_step(setting: Setting, trainees: Sequence[Trainee]) -> list[tuple[Trainee, float]]:
    """Take one outer step of every trainee on a meta-batch of its tasks; return them with the mean
    losses of their inner loops.

    Tasks are drawn without replacement while there are enough. On a CPU every inner loop is a unit
    of its own, on a GPU all of them are one.
    """
    config = setting.config
    layout = packing_of(config)
    sizes = batch_sizes(config, trainees)
    batches = [meta_batch(config, *each) for each in zip(trainees, sizes, strict=True)]
    runs = [
        (trainee.init, task, (config.seed, trainee.name, trainee.step, slot))
        for trainee, tasks in zip(trainees, batches, strict=True)
        for slot, task in enumerate(tasks)
    ]
    size = 1 if device_of(trainees[0].init).type == "cpu" else len(runs)
    units = [
        InnerRuns(config, setting.dataset, *zip(*runs[at : at + size], strict=True))
        for at in range(0, len(runs), size)
    ]
    ended = setting.engine.map(run_inner, units)
    adapted = iter([params for inits, _ in ended for params in inits])
    losses = iter([loss for _, of_unit in ended for loss in of_unit])
    inits, seen = [], []
    for trainee, tasks in zip(trainees, batches, strict=True):
        # As vectors of one layout, whatever the order of names: sums of others end in other bits.
        ends = torch.stack([layout.pack(next(adapted)) for _ in tasks])
        far = step_size(config, trainee.step)
        inits.append(layout.unpack(reptile_step(layout.pack(trainee.init), ends, far)))
        seen.append((tasks, [next(losses) for _ in tasks]))
    # From one trunk, the mean of where each step leads is where the step along their mean leads; it
    # goes no farther, as a step of Reptile lies between where it starts and where inner loops end.
    return [
        (
            remembered(config, replace(one, step=one.step + 1, init=init), tasks, own),
            sum(own) / len(own),
        )
        for one, init, (tasks, own) in zip(
            trainees, averaged(trainees, inits, sizes), seen, strict=True
        )
    ]


def run_inner(unit: InnerRuns) -> tuple[list[Params], list[float]]:
    """Adapt each init to one episode, support and query alike, as Reptile has no use for a query
    set."""
    config = unit.config
    drawn = []
    for task, address in zip(unit.tasks, unit.addresses, strict=True):
        rng = generator(*address, "inner")  # type: ignore[arg-type]
        episode = draw_episode(unit.dataset, task, config.ways, config.shots, config.queries, rng)
        rows = np.concatenate([episode.support, episode.query], axis=1)
        drawn.append((rows, draw_minibatches(
            rows.size, config.inner_batch_size, config.inner_steps, rng
        )))  # fmt: skip
    device = device_of(unit.inits[0])
    loaded = [load(unit.dataset, rows, device) for rows, _ in drawn]
    images, labels = (torch.stack(each) for each in zip(*loaded, strict=True))
    minibatches = np.stack([each for _, each in drawn])
    return adapt_all(config, unit.inits, images, labels, minibatches)


def fit(
    config: Config, params: Params, support: Tensor, labels: Tensor, minibatches: np.ndarray
) -> Callable[[Tensor], Tensor]:
    """Adapt an init to a support by its minibatches ``int[steps, size]``. Return what makes logits
    ``Tensor[queries, ways]`` of queries, or numbers ``Tensor[queries, 1]``.

    Transductive batch norm sees all queries at once; otherwise its statistics are those of the
    support, so that the answer to one query does not depend on the others.
    """
    adapted, _ = adapt(config, params, support, labels, minibatches)
    if config.norm == "none" or config.transductive:
        return lambda query: logits(adapted, query, config.norm)
    seen = norm_statistics(adapted, support)
    return lambda query: logits_given(adapted, query, seen)
