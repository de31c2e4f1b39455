"""What is meta-trained: an init on its way along a path from the root to a leaf."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from torch import Tensor

from treemeta.config import Config
from treemeta.learn.params import Params
from treemeta.randomness import generator
from treemeta.tasks.dataset import Task

MEMORY = 0.9  # of a task's running loss
LEAST = 1e-3  # loss: a task that is learned by heart is still drawn now and then
RAREST = 1e-9  # weight over that of the hardest: whatever the power, there are tasks to draw


@dataclass(frozen=True)
class Moments:
    """What an outer Adam remembers of ``count`` gradients: their decayed first and second moments,
    ``Tensor[dim]`` each."""

    first: Tensor
    second: Tensor
    count: int


@dataclass(frozen=True)
class Trainee:
    """One init that is meta-trained: the ``step`` of the path from the root at which it stands, and
    its tasks. With its name, the step addresses every draw; ``snapshots`` are inits on its way.
    Those of one ``trunk``, the node where it was begun, have their convolutions in common. Where
    tasks are drawn by their ``losses``, these are running means by task name."""

    name: str
    step: int
    init: Params
    tasks: tuple[Task, ...]
    moments: Moments | None = None
    snapshots: tuple[tuple[int, Params], ...] = ()
    trunk: str = ""
    losses: Mapping[str, float] = field(default_factory=dict)


def step_size(config: Config, step: int) -> float:
    """Return the outer step size at ``step`` of the path from the root, linear to its end."""
    share = step / config.meta_steps
    return config.meta_step_size * (1 - share) + config.meta_step_size_end * share


def meta_batch(config: Config, trainee: Trainee, size: int) -> list[Task]:
    """Return the ``size`` tasks of a trainee's next step, without replacement while there are
    enough."""
    rng = generator(config.seed, trainee.name, trainee.step, "meta_batch")
    tasks = trainee.tasks
    shares = task_shares(config, trainee)
    drawn = rng.choice(len(tasks), size=size, replace=len(tasks) < size, p=shares)
    return [tasks[i] for i in drawn]


def task_shares(config: Config, trainee: Trainee) -> np.ndarray | None:
    """Return how often each task is drawn, ``float64[tasks]``, or ``None`` where all are alike. A
    task that was never seen counts as the mean of those that were."""
    if not config.focus or not trainee.losses:
        return None
    unseen = float(np.mean(list(trainee.losses.values())))
    losses = np.array([trainee.losses.get(task.name, unseen) for task in trainee.tasks])
    weights = focused(config, losses)
    return np.asarray(weights / weights.sum())


def focused(config: Config, losses: np.ndarray) -> np.ndarray:
    """Return how often what has a loss ``float64[n]`` is drawn, for every time that the hardest
    is: in proportion to a power of its hardness."""
    logs = log_hardness(losses, tells_densities(config), LEAST)
    with np.errstate(over="ignore"):  # a power beyond all numbers leaves the hardest alone
        return np.maximum(np.exp(config.focus * (logs - logs.max())), RAREST)


def tells_densities(config: Config) -> bool:
    """Return whether the loss of a step is a negative log density: Reptile's of numbers is none."""
    return config.targets == "numbers" and config.learner == "solved"


def log_hardness(losses: np.ndarray, densities: bool, least: float) -> np.ndarray:
    """Return the logarithms of how hard what has a loss is: of the loss itself, ``least`` at least.
    Losses that are negative log ``densities`` are of either sign: there the inverse density stands
    for it."""
    return losses if densities else np.log(np.maximum(losses, least))


def remembered(
    config: Config, trainee: Trainee, tasks: Sequence[Task], losses: Sequence[float]
) -> Trainee:
    """Return a trainee that knows the losses of a meta-batch, where its tasks are drawn by them."""
    if not config.focus:
        return trainee
    known = dict(trainee.losses)
    for task, loss in zip(tasks, losses, strict=True):
        known[task.name] = MEMORY * known.get(task.name, loss) + (1 - MEMORY) * loss
    return replace(trainee, losses=known)
