"""Probes with a planted answer, made of random directions instead of networks."""

import numpy as np
from numpy.random import Generator

from treemeta.tree.probe import Probe


def planted_probe(
    truth: np.ndarray, rng: Generator, signal: float = 1.0, noise: float = 1.0, dim: int = 60
) -> Probe:
    """Return directions around the centre of each task's group, a shared mean added."""
    centres = signal * rng.normal(size=(truth.max() + 1, dim))
    drawn = noise * rng.normal(size=(len(truth), 2, 6, dim))
    directions = (3 + centres[truth][:, None, None] + drawn).astype(np.float32)
    return Probe(tuple(f"t{i:02d}" for i in range(len(truth))), directions, 12)
