"""The outer loop: Reptile (Nichol, Achiam and Schulman 2018)."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn.adapt import adapt
from treemeta.learn.params import Params, add, mean, subtract
from treemeta.randomness import generator
from treemeta.tasks.dataset import Dataset, Task
from treemeta.tasks.episode import draw_episode, draw_minibatches


@dataclass(frozen=True)
class InnerRun:
    """One unit of meta-training: adapt an init to an episode of a task, drawn at an address."""

    config: Config
    dataset: Dataset
    params: Params
    task: Task
    address: tuple[int | str, ...]


def reptile_step(params: Params, adapted: list[Params], step_size: float) -> Params:
    """Return ``phi + eps * (1/n) * sum_i (phi_i* - phi)`` (Nichol et al. 2018, algorithm 2)."""
    return add(params, subtract(mean(adapted), params), step_size)


def step_size(config: Config, step: int) -> float:
    """Return the outer step size at ``step`` of the path from the root, linear to its end."""
    share = step / config.meta_steps
    return config.meta_step_size * (1 - share) + config.meta_step_size_end * share


def meta_step(
    config: Config,
    dataset: Dataset,
    params: Params,
    tasks: list[Task],
    node: str,
    step: int,
    engine: Engine,
) -> tuple[Params, float]:
    """Take one outer step on a meta-batch of the tasks; also return the mean inner loss.

    ``step`` counts from the root, and with the node's name addresses every draw. Tasks are drawn
    without replacement while there are enough.
    """
    rng = generator(config.seed, node, step, "meta_batch")
    size = config.meta_batch_size
    drawn = rng.choice(len(tasks), size=size, replace=len(tasks) < size)
    results = engine.map(
        run_inner,
        [
            InnerRun(config, dataset, params, tasks[i], (config.seed, node, step, slot))
            for slot, i in enumerate(drawn)
        ],
    )
    losses = [loss for _, loss in results]
    moved = reptile_step(params, [adapted for adapted, _ in results], step_size(config, step))
    return moved, sum(losses) / len(losses)


def run_inner(unit: InnerRun) -> tuple[Params, float]:
    """Adapt to one episode, support and query alike, as Reptile has no use for a query set."""
    config = unit.config
    rng = generator(*unit.address, "inner")  # type: ignore[arg-type]
    episode = draw_episode(unit.dataset, unit.task, config.ways, config.shots, config.queries, rng)
    rows = np.concatenate([episode.support, episode.query], axis=1)
    images, labels = load(unit.dataset, rows, unit.params)
    minibatches = draw_minibatches(len(labels), config.inner_batch_size, config.inner_steps, rng)
    return adapt(
        unit.params,
        images,
        labels,
        minibatches,
        config.inner_optimizer,
        config.inner_lr,
        config.norm,
    )


def load(dataset: Dataset, rows: np.ndarray, like: Params) -> tuple[Tensor, Tensor]:
    """Return images ``Tensor[ways * n, 1, 28, 28]`` in [0, 1] and labels for rows ``int[ways, n]``,
    on the device of the parameters."""
    device = next(iter(like.values())).device
    pixels = dataset.images[rows.reshape(-1)].astype("float32") / 255
    labels = torch.arange(rows.shape[0]).repeat_interleave(rows.shape[1])
    return torch.from_numpy(pixels).unsqueeze(1).to(device), labels.to(device)
