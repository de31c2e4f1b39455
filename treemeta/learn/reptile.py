"""The outer loop: Reptile (Nichol, Achiam and Schulman 2018)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn.inner import adapt_all
from treemeta.randomness import Address, generator
from treemeta.tasks.dataset import Dataset, Task
from treemeta.tasks.episode import draw_episode, draw_minibatches

CPU = torch.device("cpu")


@dataclass(frozen=True)
class Learner:
    """One init that is meta-trained: ``Tensor[dim]`` in the config's layout, the ``step`` of the
    path from the root at which it stands, and its tasks. With its name, the step addresses every
    draw."""

    name: str
    step: int
    init: Tensor
    tasks: tuple[Task, ...]


@dataclass(frozen=True)
class InnerRuns:
    """One unit of meta-training: adapt inits ``Tensor[B, dim]``, each to an episode of a task
    drawn at an address."""

    config: Config
    dataset: Dataset
    inits: tuple[Tensor, ...]
    tasks: tuple[Task, ...]
    addresses: tuple[tuple[Address, ...], ...]


def reptile_step(init: Tensor, adapted: Tensor, step_size: float) -> Tensor:
    """Return ``phi + eps * (1/n) * sum_i (phi_i* - phi)`` for ``phi`` ``Tensor[dim]`` and
    ``phi_i*`` ``Tensor[n, dim]`` (Nichol et al. 2018, algorithm 2)."""
    return torch.add(init, adapted.mean(0) - init, alpha=step_size)


def step_size(config: Config, step: int) -> float:
    """Return the outer step size at ``step`` of the path from the root, linear to its end."""
    share = step / config.meta_steps
    return config.meta_step_size * (1 - share) + config.meta_step_size_end * share


def meta_step(
    config: Config, dataset: Dataset, learners: Sequence[Learner], engine: Engine
) -> list[tuple[Learner, float]]:
    """Take one outer step of every learner on a meta-batch of its tasks; return them with the mean
    losses of their inner loops.

    Tasks are drawn without replacement while there are enough. On a CPU every inner loop is a unit
    of its own, on a GPU all of them are one.
    """
    runs = [
        (learner.init, task, (config.seed, learner.name, learner.step, slot))
        for learner in learners
        for slot, task in enumerate(_meta_batch(config, learner))
    ]
    size = 1 if learners[0].init.device.type == "cpu" else len(runs)
    units = [
        InnerRuns(config, dataset, *zip(*runs[at : at + size], strict=True))
        for at in range(0, len(runs), size)
    ]
    ended = engine.map(run_inner, units)
    adapted = torch.cat([vectors for vectors, _ in ended])
    losses = [loss for _, found in ended for loss in found]
    moved, n = [], config.meta_batch_size
    for i, learner in enumerate(learners):
        own, size_now = slice(i * n, (i + 1) * n), step_size(config, learner.step)
        init = reptile_step(learner.init, adapted[own], size_now)
        moved.append((replace(learner, step=learner.step + 1, init=init), sum(losses[own]) / n))
    return moved


def _meta_batch(config: Config, learner: Learner) -> list[Task]:
    rng = generator(config.seed, learner.name, learner.step, "meta_batch")
    size, tasks = config.meta_batch_size, learner.tasks
    return [tasks[i] for i in rng.choice(len(tasks), size=size, replace=len(tasks) < size)]


def run_inner(unit: InnerRuns) -> tuple[Tensor, list[float]]:
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
    device = unit.inits[0].device
    loaded = [load(unit.dataset, rows, device) for rows, _ in drawn]
    images, labels = (torch.stack(each) for each in zip(*loaded, strict=True))
    minibatches = np.stack([each for _, each in drawn])
    return adapt_all(config, torch.stack(unit.inits), images, labels, minibatches)


def load(dataset: Dataset, rows: np.ndarray, device: torch.device = CPU) -> tuple[Tensor, Tensor]:
    """Return images ``Tensor[ways * n, 1, 28, 28]`` in [0, 1] and labels for rows ``int[ways, n]``,
    on a device."""
    drawn = rows.reshape(-1)
    if device.type == "cpu":
        pixels = torch.from_numpy(dataset.images[drawn])
    else:
        pixels = resident(dataset, device)[torch.from_numpy(drawn).to(device)]
    labels = torch.arange(rows.shape[0], device=device).repeat_interleave(rows.shape[1])
    return pixels.unsqueeze(1).float().div_(255), labels


_residents: dict[tuple[str, torch.device], Tensor] = {}


def resident(dataset: Dataset, device: torch.device) -> Tensor:
    """Return all images of a data set on a device, ``uint8[n, 28, 28]``, moved there once."""
    key = (dataset.fingerprint, device)
    if key not in _residents:
        _residents[key] = torch.from_numpy(np.array(dataset.images)).to(device)
    return _residents[key]
