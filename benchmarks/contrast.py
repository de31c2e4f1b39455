"""How well a probe tells what was planted: agreement of clusters, variance along the contrast."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.metrics import adjusted_rand_score

from treemeta.learn.params import Params
from treemeta.tasks.dataset import Dataset
from treemeta.tree.cluster import cut
from treemeta.tree.direction import columns
from treemeta.tree.probe import Probe
from treemeta.tree.products import gram, products


def first(asked: Probe, blocks: int) -> Probe:
    """Return a probe of the first blocks of each half only."""
    episodes = asked.episodes * blocks // asked.directions.shape[2]
    return Probe(asked.tasks, asked.directions[:, :, :blocks], episodes)


def only(asked: Probe, params: Params, layers: Sequence[str]) -> Probe:
    return replace(asked, directions=asked.directions[..., columns(params, layers)])


def truth(dataset: Dataset, tasks: Sequence[str]) -> np.ndarray:
    return np.unique([dataset.lineage[task][0] for task in tasks], return_inverse=True)[1]


def told(asked: Probe, dataset: Dataset, k: int) -> dict[str, Any]:
    halves = products(gram(asked))
    planted = truth(dataset, asked.tasks)
    groups = (planted[:, None] == np.unique(planted)).astype(float)
    basis = np.linalg.qr(groups - groups.mean(0))[0][:, : groups.shape[1] - 1]
    shared = (halves.ab + halves.ab.T) / 2  # what both halves have in common: no noise on average
    rest = np.eye(len(planted)) - basis @ basis.T
    whole = np.trace(shared)
    return {
        "episodes": asked.episodes,
        "ARI": agreed(cut(halves.across(), k, 1), planted),
        "share": float(np.trace(basis.T @ shared @ basis) / whole),
        "rival": float(np.linalg.eigvalsh(rest @ shared @ rest)[-1] / whole),
        "readable": readable(halves.across(), planted, originals(dataset, asked.tasks)),
    }


def originals(dataset: Dataset, tasks: Sequence[str]) -> np.ndarray:
    """Return the number of the task that each task is, or is a copy of."""
    names = [task.removesuffix(f" ({dataset.lineage[task][0]})") for task in tasks]
    return np.unique(names, return_inverse=True)[1]


def readable(cosines: np.ndarray, planted: np.ndarray, same: np.ndarray) -> float:
    right = 0
    for i, group in enumerate(planted):
        others = same != same[i]
        near = [cosines[i, others & (planted == g)].mean() for g in np.unique(planted)]
        right += int(np.argmax(near) == group)
    return right / len(planted)


def halves(asked: Probe, dataset: Dataset) -> float:
    """Return the ARI of two clusters of every second task as drawn and copies of the others."""
    planted, number = truth(dataset, asked.tasks), originals(dataset, asked.tasks)
    kept = np.flatnonzero(planted == number % 2)
    some = Probe(tuple(asked.tasks[i] for i in kept), asked.directions[kept], asked.episodes)
    return agreed(cut(products(gram(some)).across(), 2, 1), planted[kept])


def agreed(found: np.ndarray, planted: np.ndarray) -> float:
    return float(adjusted_rand_score(planted, found))
