"""Transfer where the head is solved inside the loss: outer steps on the source, then the same loss
of the target's queries."""

import torch
from torch.nn import functional as F

from treemeta.config import Config
from treemeta.learn.adam import adam_step
from treemeta.learn.gradients import loss_gradient, query_outputs
from treemeta.learn.network import channels_last
from treemeta.learn.params import Params, body, device_of, flatten
from treemeta.learn.trainee import Trainee
from treemeta.randomness import Address, generator
from treemeta.tasks.dataset import Dataset, Task
from treemeta.tasks.episode import Episode, draw_episode
from treemeta.tasks.load import load_episode

STEPS = 20  # of Adam on the source
SOURCES = 2  # episodes of the source in each of them
RATE = 5e-4  # a quarter of training's: the init shall move, not leave
TARGETS = 16  # episodes of each target, in each half


def adapted(
    config: Config, dataset: Dataset, params: Params, source: Task, address: tuple[Address, ...]
) -> Params:
    """Return an init after ``STEPS`` steps of a fresh Adam on one task alone; its penalty and
    temperature stay as they are, so that only the body differs."""
    fixed = {name: tensor for name, tensor in params.items() if name.startswith("head.")}
    trainee = Trainee(source.name, 0, body(params), (source,))
    for step in range(STEPS):
        gradients = []
        for slot in range(SOURCES):
            rng = generator(config.seed, *address, step, slot)
            drawn = draw_episode(
                dataset, source, config.ways, config.shots, config.queries, rng
            )  # fmt: skip
            episode = load_episode(dataset, drawn, device_of(params))
            gradient, _ = loss_gradient(trainee.init | fixed, episode, config.norm)
            gradients.append(flatten(body(gradient)))
        trainee = adam_step(trainee, torch.stack(gradients).mean(0), RATE)
    return trainee.init | fixed


@torch.no_grad()
def solve_episode(
    config: Config, dataset: Dataset, params: Params, episode: Episode
) -> tuple[float, float]:
    """Return the loss of an episode's queries as in training, and the accuracy of the answers."""
    loaded = load_episode(dataset, episode, device_of(params))
    logits = query_outputs(channels_last(params), loaded, config.norm)
    loss = F.cross_entropy(logits, loaded.query_labels)
    return float(loss), float((logits.argmax(1) == loaded.query_labels).float().mean())
