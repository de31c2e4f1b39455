"""How well functions can be told at all: an exact mixture of the six families, which knows their
formulas, their ranges (as normal priors of the same variance) and the noise, on the very episodes
that trees of ``registry/experiments/functions.toml`` are tested by. Two minutes.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from treemeta.declared import make_config, read_config
from treemeta.randomness import generator
from treemeta.tasks.dataset import Dataset, Task
from treemeta.tasks.episode import draw_episode
from treemeta.tasks.functions import FAMILIES
from treemeta.tasks.sources import opened

CONFIG = Path(__file__).parents[1] / "registry" / "experiments" / "functions.toml"
NOISE = 0.3
Features = Callable[[np.ndarray, np.ndarray], np.ndarray]
Told = tuple[float, np.ndarray]  # a log likelihood, and what is expected at the queries


def run() -> dict[str, Any]:
    config, dataset = opened(make_config(read_config(CONFIG)))
    errors = {
        task.name: np.mean(
            [error_of(episode(config, dataset, task, n)) for n in range(config.test_episodes)]
        )
        for task in dataset.select("test")
    }
    by_family = {
        name: float(np.mean([e for t, e in errors.items() if dataset.lineage[t] == (name,)]))
        for name in FAMILIES
    }
    mean = float(np.mean([*errors.values()]))
    each = ", ".join(f"{name} {error:.3f}" for name, error in by_family.items())
    print(f"mse of the exact mixture on {len(errors)} functions: {mean:.3f} ({each}), of which "
          f"the noise is {NOISE**2:.2f}")  # fmt: skip
    return {"functions": len(errors), "mse": mean, "families": by_family}


def episode(config: Any, dataset: Dataset, task: Task, number: int) -> list[np.ndarray]:
    """Return the inputs and the values of a support, and those of its queries, in own units."""
    rng = generator(config.seed, "test", task.name, number, "exam")
    drawn = draw_episode(dataset, task, 1, config.shots, config.queries, rng)
    units = dataset.units
    assert units is not None
    assert dataset.targets is not None
    parts = []
    for rows in (drawn.support[0], drawn.query[0]):
        parts += [
            dataset.images[rows] * np.array(units.deviations) + np.array(units.means),
            dataset.targets[rows] * units.target_deviation + units.target_mean,
        ]
    return parts


def error_of(parts: list[np.ndarray]) -> float:
    """Return the squared error of the families' predictions, averaged by their likelihoods."""
    inputs, values, asked, truth = parts
    told = [mixture(each) for each in families(inputs, values, asked)]
    return float(((mixture(told)[1] - truth) ** 2).mean())


def families(inputs: np.ndarray, values: np.ndarray, asked: np.ndarray) -> list[list[Told]]:
    """Return what each family says, for each of what it is not linear in."""
    (x, z), (u, w) = inputs.T, asked.T

    def linear(features: Features, ends: tuple[float, ...], less: Features | None = None) -> Told:
        off, there = (less(x, z), less(u, w)) if less else (0.0, 0.0)
        known, sought = features(x, z), features(u, w)
        prior = np.array(ends) ** 2 / 3  # the variance of an even range
        covariance = (known * prior) @ known.T + NOISE**2 * np.eye(len(x))
        factor = np.linalg.cholesky(covariance)
        weights = np.linalg.solve(covariance, values - off)
        likely = -(values - off) @ weights / 2 - np.log(np.diag(factor)).sum()
        return float(likely), (sought * prior) @ known.T @ weights + there

    def waves(rate: float) -> Told:
        ends = (np.sqrt(3 * 8.5 / 2),) * 2  # of a sine and a cosine, from amplitudes of .1 to 5
        return linear(lambda a, _: np.stack([np.sin(rate * a), np.cos(rate * a)], 1), ends)

    def rings(rate: float) -> Told:
        return linear(lambda a, _: np.ones((len(a), 1)), (3.0,),
                      lambda a, b: np.sin(-rate * (a**2 + b**2)))  # fmt: skip

    def polynomial(*ends: float) -> Told:
        return linear(lambda a, _: np.stack([a**p for p in reversed(range(len(ends)))], 1), ends)

    return [
        [waves(rate) for rate in np.linspace(0.8, 1.2, 9)],
        [polynomial(3, 3)],
        [polynomial(0.2, 2, 3)],
        [polynomial(0.1, 0.2, 2, 3)],
        [linear(lambda a, b: np.stack([a**2, b**2], 1), (1.0, 1.0))],
        [rings(rate) for rate in np.linspace(-0.2, 0.2, 81)],
    ]


def mixture(told: list[Told]) -> Told:
    """Return several as one, all alike before anything was seen."""
    likely = np.array([one for one, _ in told])
    weights = np.exp(likely - likely.max())
    mean = np.log(weights.mean()) + likely.max()
    return float(mean), (weights / weights.sum()) @ np.stack([each for _, each in told])
