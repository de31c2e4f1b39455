"""Evaluation: adapt to an episode's support, then count the queries that come out right."""

import numpy as np
from torch import Tensor

from treemeta.config import Config
from treemeta.learn.inner import adapt
from treemeta.learn.network import logits, logits_given, norm_statistics
from treemeta.learn.params import Params, device_of
from treemeta.learn.reptile import load
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.episode import Episode


def episode_accuracy(
    config: Config, dataset: Dataset, params: Params, episode: Episode, minibatches: np.ndarray
) -> float:
    """Return the share of queries that are classified right after adaptation to the support."""
    support, labels = load(dataset, episode.support, device_of(params))
    adapted, _ = adapt(config, params, support, labels, minibatches)
    query, truth = load(dataset, episode.query, device_of(params))
    scores = predict(config, adapted, support, query)
    return float((scores.argmax(1) == truth).float().mean())


def predict(config: Config, params: Params, support: Tensor, query: Tensor) -> Tensor:
    """Return ``Tensor[n, ways]`` for the queries.

    Transductive batch norm sees all queries at once; otherwise its statistics are those of the
    support, so that the answer to one query does not depend on the others.
    """
    if config.norm == "none" or config.transductive:
        return logits(params, query, config.norm)
    return logits_given(params, query, norm_statistics(params, support))
