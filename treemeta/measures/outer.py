"""Transfer where the head is solved inside the loss: outer steps on the source, then the same loss
of the target's queries."""

import torch

from treemeta.config import Config
from treemeta.learn.adam import adam_step
from treemeta.learn.gradients import loss_gradient, seen_together
from treemeta.learn.network import channels_last
from treemeta.learn.params import Params, body, device_of, flatten
from treemeta.learn.targets import targets_of
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
    """Return an init after ``STEPS`` steps of a fresh Adam on one task alone; what it solves heads
    by stays as it is, so that only the body differs."""
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
    """Return what an episode costs as in training, and how well its queries are answered."""
    loaded = load_episode(dataset, episode, device_of(params))
    known, truth = loaded.support_labels, loaded.query_labels
    support, query = seen_together(channels_last(params), loaded, config.norm)
    told = targets_of(known)
    answers = told.answers(told.outputs(params, support, known, query))
    loss = told.episode_losses(params, support, known, query, truth)
    return float(loss), told.mark(answers, truth)
