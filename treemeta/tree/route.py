"""Routing: an unseen task finds its node, from its support alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.random import Generator
from torch import Tensor

from treemeta.config import Config
from treemeta.learn.learner import support_likelihood
from treemeta.learn.params import Params
from treemeta.store.evidence import Groups
from treemeta.store.records import LETTERS, path_order
from treemeta.tree.direction import directions, of_support
from treemeta.tree.probe import Probe


@dataclass(frozen=True)
class Fork:
    """Where a node's children lie, seen from its init: ``mean`` is ``float32[dim]`` over its tasks,
    ``centroids`` ``float32[children, dim]`` the children's mean unit directions around it."""

    mean: np.ndarray
    centroids: np.ndarray


@dataclass(frozen=True)
class Router:
    """The nodes among which an episode is routed: their inits, for a route by direction the forks
    of those that split, and for one by likelihood the ``scales`` of those that may answer. A node
    without children is a leaf. Where all answer ``even``ly, nothing is routed."""

    inits: Mapping[str, Params]
    forks: Mapping[str, Fork]
    scales: Mapping[str, float] = field(default_factory=dict)
    even: bool = False

    def candidates(self, config: Config) -> tuple[str, ...]:
        """Return the names of the nodes that may answer, in path order."""
        every = self.even or config.candidates == "nodes"
        parents = {name[:-1] for name in self.inits}
        names = [name for name in self.inits if every or name not in parents]
        return tuple(sorted(names, key=path_order))

    def lean(self, config: Config) -> "Router":
        """Return the same without what routing has no use for: sent to workers, it costs less."""
        if config.route == "direction":
            return self
        inits = {name: self.inits[name] for name in self.candidates(config)}
        return replace(self, inits=inits, forks={})


@dataclass(frozen=True)
class Route:
    """Where an episode went: the weight of every candidate, in path order, and by how much the
    likeliest leads the next, in units of log likelihood, where these are known."""

    weights: dict[str, float]
    margin: float | None = None


def route(config: Config, router: Router, support: Tensor, labels: Tensor, rng: Generator) -> Route:
    """Return the route of an episode, from its support ``Tensor[ways * shots, *shape]``."""
    names = router.candidates(config)
    if len(names) == 1:
        return Route({names[0]: 1.0})
    if router.even:
        return Route(dict.fromkeys(names, 1 / len(names)))
    if config.route == "direction":
        leaf = by_direction(config, router, support, labels, rng)
        return Route({name: float(name == leaf) for name in names})
    likelihoods = {
        name: support_likelihood(
            config, router.inits[name], support, labels, router.scales.get(name)
        )
        for name in names
    }
    return by_likelihood(likelihoods, config.mix)


def by_likelihood(log_likelihoods: Mapping[str, float], mix: str) -> Route:
    """Return weights of nodes: all for the likeliest, the first of equals (``hard``), or each in
    proportion to its likelihood (``soft``: Bayesian model averaging, all alike before)."""
    values = np.array(list(log_likelihoods.values()))
    second, best = np.sort(values)[-2:]
    if mix == "soft":
        weights = np.exp(values - best)
        weights /= weights.sum()
    else:
        weights = (np.arange(len(values)) == values.argmax()).astype(float)
    return Route(dict(zip(log_likelihoods, weights.tolist(), strict=True)), float(best - second))


def by_direction(
    config: Config, router: Router, support: Tensor, labels: Tensor, rng: Generator
) -> str:
    """Return the leaf that a support's directions lead to.

    At every fork the direction is taken at that node's init, the frame in which its children were
    found (Zhou et al. 2021).
    """
    name = min(router.inits, key=path_order)
    episode = of_support(config, support, labels)
    while name in router.forks:
        (direction,) = directions(config, router.inits[name], [episode], [rng])
        name += LETTERS[choose(router.forks[name], direction.cpu().numpy())]
    return name


def make_fork(probe: Probe, groups: Groups) -> Fork:
    """Return the fork of a split, from the directions the split was made with."""
    pulls = probe.mean()
    mean = pulls.mean(0)
    units = _unit(pulls - mean)
    row = {name: i for i, name in enumerate(probe.tasks)}
    return Fork(mean, np.stack([units[[row[t] for t in group]].mean(0) for group in groups]))


def choose(fork: Fork, direction: np.ndarray) -> int:
    """Return the child whose centroid makes the smallest angle with a direction."""
    return int((_unit(fork.centroids) @ _unit(direction - fork.mean)).argmax())


def _unit(vectors: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.maximum(lengths, np.finfo(vectors.dtype).tiny)
