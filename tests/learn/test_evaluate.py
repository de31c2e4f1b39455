from dataclasses import replace

import numpy as np
import pytest
import torch
from treemeta.learn.evaluate import episode_accuracy, predict

from treemeta.config import Config
from treemeta.learn.network import init_params
from treemeta.randomness import generator
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.episode import Episode, draw_episode

IMAGES = torch.rand(12, 1, 28, 28, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("transductive", [True, False])
def test_only_transductive_norm_lets_queries_see_each_other(
    small_config: Config, transductive: bool
) -> None:
    config = replace(small_config, transductive=transductive)
    params = init_params(config, generator(0))
    support, query = IMAGES[:6], IMAGES[6:]
    first = predict(config, params, support, query)[0]
    other_company = predict(config, params, support, torch.cat([query[:1], 3 * query[1:]]))[0]
    assert torch.allclose(first, other_company, atol=1e-5) != transductive


def test_queries_that_are_the_support_are_learned(small_config: Config, small: Dataset) -> None:
    config = replace(small_config, inner_lr=0.01)
    drawn = draw_episode(small, small.select("train")[0], 3, 2, 2, generator(0))
    params = init_params(config, generator(0))
    minibatches = np.tile(np.arange(6), (60, 1))
    same = Episode(drawn.support, drawn.support)
    assert episode_accuracy(config, small, params, same, minibatches) == 1
    swapped = Episode(drawn.support, np.roll(drawn.support, 1, axis=0))
    assert episode_accuracy(config, small, params, swapped, minibatches) == 0
