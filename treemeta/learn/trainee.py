"""What is meta-trained: an init on its way along a path from the root to a leaf."""

from dataclasses import dataclass

from torch import Tensor

from treemeta.config import Config
from treemeta.learn.params import Params
from treemeta.randomness import generator
from treemeta.tasks.dataset import Task


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
    Those of one ``trunk``, the node where it was begun, have their convolutions in common."""

    name: str
    step: int
    init: Params
    tasks: tuple[Task, ...]
    moments: Moments | None = None
    snapshots: tuple[tuple[int, Params], ...] = ()
    trunk: str = ""


def step_size(config: Config, step: int) -> float:
    """Return the outer step size at ``step`` of the path from the root, linear to its end."""
    share = step / config.meta_steps
    return config.meta_step_size * (1 - share) + config.meta_step_size_end * share


def meta_batch(config: Config, trainee: Trainee) -> list[Task]:
    """Return the tasks of a trainee's next step, without replacement while there are enough."""
    rng = generator(config.seed, trainee.name, trainee.step, "meta_batch")
    size, tasks = config.meta_batch_size, trainee.tasks
    return [tasks[i] for i in rng.choice(len(tasks), size=size, replace=len(tasks) < size)]
