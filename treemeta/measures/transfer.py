"""The transfer measure: how much it helps a target task that the init was adapted to a source.

Measured, not predicted: the body is adapted to the source alone by steps of the learner that made
the init, then episodes of the target are solved on it, with heads in closed form so that only the
bodies differ. Here is what holds for both learners and how it is done for Reptile; see ``outer``
for the other.
"""

from dataclasses import dataclass

import numpy as np
import torch

from treemeta.config import Config
from treemeta.errors import DataError
from treemeta.learn.head_solved import PENALTY
from treemeta.learn.inner import adapt_all
from treemeta.learn.network import features, features_given, norm_statistics
from treemeta.learn.params import Params, device_of, mean
from treemeta.learn.ridge import plain_targets, ridge_head
from treemeta.learn.setting import Setting
from treemeta.learn.targets import targets_of
from treemeta.measures import outer
from treemeta.measures.paired import paired_intervals
from treemeta.measures.similarity import Similarity, named
from treemeta.measures.subject import Subject
from treemeta.randomness import Address, generator
from treemeta.tasks.dataset import Dataset, Task, check_enough
from treemeta.tasks.episode import Episode, draw_episode, draw_minibatches
from treemeta.tasks.load import load
from treemeta.tree.reliability import pairs_correlation, stepped_up

STEPS = 30  # of Reptile on the source
SOURCES = 5  # episodes of the source in each of them
TARGETS = 8  # episodes of each target, in each half
GAINED = {"accuracy": "accuracy", "mse": "mse_saved"}  # what + is better of, by the metric


@dataclass(frozen=True)
class Trial:
    """One unit: the init adapted to one source (or left as it is), tried on all targets."""

    config: Config
    dataset: Dataset
    params: Params
    source: Task | None
    targets: list[Task]
    half: int

    @property
    def episodes(self) -> int:
        """How many episodes of each target it takes."""
        return outer.TARGETS if self.config.learner == "solved" else TARGETS


def measure(subject: Subject) -> Similarity:
    """Return win rates, rows sources and columns targets; raise ``DataError`` for fewer than three
    tasks, as a source is held against others that are not the target's own."""
    config, dataset, tasks = subject.config, subject.dataset, subject.tasks
    if len(tasks) < 3:
        raise DataError(
            "--measure transfer takes three tasks, two of them rivals on the third, and is asked "
            f"of {len(tasks)}: ask it of more (--tasks all), or choose another, such as direction"
        )
    check_enough(dataset, tasks, config.ways, config.shots + config.queries)
    return measure_transfer(subject.setting, subject.params, tasks)


def measure_transfer(setting: Setting, params: Params, tasks: list[Task]) -> Similarity:
    """Return how often a source beats the other sources on a target's episodes, by the loss.

    The win rate (Zamir et al. 2018) puts all targets on one scale; a target's own source is nobody
    else's rival. ``loss`` and ``accuracy`` are the changes against the init itself, with the
    ``_low`` and ``_high`` ends of their intervals over the target's episodes; ``loss_first`` and
    ``loss_second`` are those of each half. Where tasks tell numbers, ``mse_saved`` stands for
    ``accuracy``: by how much the mean squared error falls. All sources of a half are tried on the
    same episodes; halves share nothing.
    """
    sources: list[Task | None] = [None, *tasks]
    config, dataset = setting.config, setting.dataset
    units = [Trial(config, dataset, params, one, tasks, half) for half in (0, 1) for one in sources]
    marks = np.stack(setting.engine.map(run_trial, units))
    tried = marks.reshape(2, len(sources), *marks.shape[1:])
    names = [task.name for task in tasks]
    differences = (tried[:, 1:] - tried[:, :1]) * [1, config.sign]
    halves_of_loss = differences[..., 0].mean(3)
    parts = {"loss_first": halves_of_loss[0], "loss_second": halves_of_loss[1]}
    for which, name in enumerate(("loss", GAINED[config.metric])):
        of_all = np.concatenate([half[..., which] for half in differences], axis=-1)
        _, low, high = paired_intervals(of_all)
        whole = differences[..., which].mean((0, 3))
        parts |= {name: whole, f"{name}_low": low, f"{name}_high": high}
    halves = [win_rates(half[1:, :, :, 0]) for half in tried]
    return Similarity(
        "transfer",
        "similarity",
        named((halves[0] + halves[1]) / 2, names),
        stepped_up(pairs_correlation(*halves)),
        2 * units[0].episodes,
        parts={name: named(values, names) for name, values in parts.items()},
        directed=True,
    )


def win_rates(losses: np.ndarray) -> np.ndarray:
    """Return ``float[sources, targets]`` for losses ``float[sources, targets, episodes]``: the
    share of episodes and rivals in which a source has the lower loss, ties counted half.

    Sources and targets are the same tasks in the same order. Not a number without rivals.
    """
    n = len(losses)
    rates = np.full((n, n), np.nan)
    for target in range(n):
        own = losses[:, target]
        wins = (own[:, None] < own[None]) + 0.5 * (own[:, None] == own[None])
        wins = wins.mean(-1)
        rivals = ~np.eye(n, dtype=bool)
        rivals[:, target] = False
        count = rivals.sum(1)
        rates[:, target] = np.where(
            count > 0, (wins * rivals).sum(1) / np.maximum(count, 1), np.nan
        )
    return rates


def run_trial(trial: Trial) -> np.ndarray:
    """Return losses and marks, accuracies or squared errors, of every target's episodes,
    ``float[targets, episodes, 2]``."""
    adapted = trial.params if trial.source is None else adapted_to(trial, trial.source)
    return np.array(
        [[_try_episode(trial, adapted, target, number) for number in range(trial.episodes)]
         for target in trial.targets]
    )  # fmt: skip


def adapted_to(trial: Trial, source: Task) -> Params:
    """Return the init after ``STEPS`` steps on one task alone: of Reptile, or as ``outer`` does."""
    if trial.config.learner == "solved":
        there = ("transfer", "source", source.name, trial.half)
        return outer.adapted(trial.config, trial.dataset, trial.params, source, there)
    config, init = trial.config, trial.params
    for step in range(STEPS):
        address = ("transfer", "source", source.name, trial.half, step)
        drawn = [_inner_episode(trial, source, (*address, slot)) for slot in range(SOURCES)]
        images, labels, minibatches = zip(*drawn, strict=True)
        inits = [init] * SOURCES
        ended, _ = adapt_all(
            config, inits, torch.stack(images), torch.stack(labels), np.stack(minibatches)
        )
        init = mean(ended)
    return init


def _inner_episode(trial: Trial, task: Task, address: tuple[Address, ...]):  # type: ignore[no-untyped-def]
    config, rng = trial.config, generator(trial.config.seed, *address)
    episode = _draw(trial, task, rng)
    rows = np.concatenate([episode.support, episode.query], axis=1)
    minibatches = draw_minibatches(rows.size, config.inner_batch_size, config.inner_steps, rng)
    return *load(trial.dataset, rows, device_of(trial.params)), minibatches


def _try_episode(trial: Trial, params: Params, target: Task, number: int) -> tuple[float, float]:
    rng = generator(trial.config.seed, "transfer", "target", target.name, trial.half, number)
    solve = outer.solve_episode if trial.config.learner == "solved" else solve_episode
    loss, mark = solve(trial.config, trial.dataset, params, _draw(trial, target, rng))
    return loss, trial.dataset.unit * mark


def _draw(trial: Trial, task: Task, rng: np.random.Generator) -> Episode:
    config = trial.config
    return draw_episode(trial.dataset, task, config.ways, config.shots, config.queries, rng)


@torch.no_grad()
def solve_episode(
    config: Config, dataset: Dataset, params: Params, episode: Episode
) -> tuple[float, float]:
    """Return the squared error on an episode's queries of a head that is solved on its support, the
    body frozen, and how well they are answered; queries are normalised like the support."""
    support, labels = load(dataset, episode.support, device_of(params))
    query, truth = load(dataset, episode.query, device_of(params))
    if config.norm == "batch":
        seen = norm_statistics(params, support)
        known, asked = (features_given(params, images, seen) for images in (support, query))
    else:
        known, asked = (features(params, images, config.norm) for images in (support, query))
    told, wanted = plain_targets(labels), plain_targets(truth)
    usual = told.mean(0)
    head = ridge_head(known, (told - usual).to(known.dtype), PENALTY)
    outputs = usual + asked @ head
    loss = ((outputs - wanted) ** 2).sum(1).mean()
    return float(loss), targets_of(truth).mark(outputs, truth)
