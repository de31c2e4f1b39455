"""Routing: an unseen task finds its node by the direction in which it pulls each node's init."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from treemeta.config import Config
from treemeta.learn.params import Params, device_of
from treemeta.learn.reptile import load
from treemeta.store.records import ROOT
from treemeta.tasks.dataset import Dataset
from treemeta.tree.direction import directions
from treemeta.tree.probe import Probe


@dataclass(frozen=True)
class Fork:
    """Where a node's children lie, seen from its init: ``mean`` is ``float32[dim]`` over its tasks,
    ``centroids`` ``float32[children, dim]`` the children's mean unit directions around it."""

    mean: np.ndarray
    centroids: np.ndarray


def make_fork(probe: Probe, groups: tuple[tuple[str, ...], ...]) -> Fork:
    """Return the fork of a split, from the directions the split was made with."""
    pulls = probe.mean()
    mean = pulls.mean(0)
    units = _unit(pulls - mean)
    row = {name: i for i, name in enumerate(probe.tasks)}
    return Fork(mean, np.stack([units[[row[t] for t in group]].mean(0) for group in groups]))


def choose(fork: Fork, direction: np.ndarray) -> int:
    """Return the child whose centroid makes the smallest angle with a direction."""
    return int((_unit(fork.centroids) @ _unit(direction - fork.mean)).argmax())


def route(
    config: Config,
    dataset: Dataset,
    inits: dict[str, Params],
    forks: dict[str, Fork],
    support: np.ndarray,
    rng: Generator,
) -> str:
    """Return the leaf for an episode, found from its support ``int[ways, shots]`` alone.

    At every fork the direction is taken at that node's init, the frame in which its children were
    found (Zhou et al. 2021).
    """
    name = ROOT
    while name in forks:
        images, labels = load(dataset, support, device_of(inits[name]))
        (direction,) = directions(config, inits[name], images[None], labels[None], [rng])
        name += str(choose(forks[name], direction.cpu().numpy()))
    return name


def _unit(vectors: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.maximum(lengths, np.finfo(vectors.dtype).tiny)
