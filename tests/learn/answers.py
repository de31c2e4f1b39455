"""What learners answer whole episodes."""

from collections.abc import Callable

import numpy as np
from torch import Tensor

from treemeta.config import Config
from treemeta.learn.params import Params
from treemeta.tasks.load import LoadedEpisode

Fit = Callable[[Config, Params, Tensor, Tensor, np.ndarray], Callable[[Tensor], Tensor]]


def predict(
    fit: Fit, config: Config, params: Params, episode: LoadedEpisode, minibatches: np.ndarray
) -> Tensor:
    """Return the outputs for an episode's queries of what is fitted to its support."""
    return fit(config, params, episode.support, episode.support_labels, minibatches)(episode.query)
