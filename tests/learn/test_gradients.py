from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from tests.learn.answers import predict
from tests.learn.functions import NUMBERS, episodes_of
from treemeta.config import Config
from treemeta.learn.gradients import loss_gradient, meta_gradient, meta_gradients, query_loss
from treemeta.learn.params import Params, body, flatten
from treemeta.learn.solved import fit, fresh_init
from treemeta.randomness import generator
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.load import LoadedEpisode, stacked

CONFIG = Config(ways=3, shots=2, queries=2, filters=6)


LABELS = torch.arange(3).repeat_interleave(2)


IMAGES = torch.rand(2, 6, 1, 28, 28, generator=torch.Generator().manual_seed(0))


EPISODE = LoadedEpisode(IMAGES[0], LABELS, IMAGES[1], LABELS)


NO_STEPS = np.empty((0, 1), int)


def double(episode: LoadedEpisode) -> LoadedEpisode:
    return replace(episode, support=episode.support.double(), query=episode.query.double())


def trained_like(config: Config, seed: int) -> Params:
    """Draw an init whose norms are not the identity, as they are not once trained."""
    rng = generator(seed)
    return {
        name: tensor.double() + 0.1 * torch.from_numpy(np.array(rng.standard_normal(tensor.shape)))
        for name, tensor in fresh_init(config, rng).items()
    }


@pytest.mark.parametrize("network", ["conv2", "conv4"])
@pytest.mark.parametrize("norm", ["batch", "none"])
def test_the_gradient_is_that_of_finite_differences(network: str, norm: str) -> None:
    params = trained_like(replace(CONFIG, network=network), 0)  # type: ignore[arg-type]
    episode = double(EPISODE)
    gradient, loss = loss_gradient(params, episode, norm)
    assert list(gradient) == list(params)
    assert loss == pytest.approx(float(query_loss(params, episode, norm)), rel=1e-12)
    for name in params:  # along a random direction of each
        way = torch.from_numpy(np.array(generator(1, name).standard_normal(params[name].shape)))
        way /= way.norm()
        ahead, behind = (
            float(query_loss(params | {name: params[name] + step * way}, episode, norm))
            for step in (1e-6, -1e-6)
        )
        expected = (ahead - behind) / 2e-6
        assert float((gradient[name] * way).sum()) == pytest.approx(expected, rel=1e-4, abs=1e-7)


def test_penalty_and_temperature_are_learned_too() -> None:
    gradient, _ = loss_gradient(trained_like(CONFIG, 0), double(EPISODE), "batch")
    assert abs(float(gradient["head.log_penalty"])) > 1e-4
    assert abs(float(gradient["head.temperature"])) > 1e-4


def test_transductive_answers_cost_what_training_says_they_cost() -> None:
    params = fresh_init(CONFIG, generator(0))
    logits = predict(fit, replace(CONFIG, transductive=True), params, EPISODE, NO_STEPS)
    expected = float(F.cross_entropy(logits, EPISODE.query_labels))
    assert loss_gradient(params, EPISODE, "batch")[1] == pytest.approx(expected, rel=1e-6)


def test_episodes_at_once_cost_what_they_cost_alone(functions: Dataset) -> None:
    params, episodes = fresh_init(NUMBERS, generator(0)), episodes_of(functions)
    gradient, losses = loss_gradient(params, stacked(episodes), "none")
    alone = [loss_gradient(params, one, "none") for one in episodes]
    assert torch.allclose(losses, torch.stack([loss for _, loss in alone]), atol=1e-5)
    mean = torch.stack([flatten(each) for each, _ in alone]).mean(0)
    assert torch.allclose(flatten(gradient), mean, atol=1e-5)


def test_pulls_of_episodes_at_once_are_those_of_each(functions: Dataset) -> None:
    params, episodes = fresh_init(NUMBERS, generator(0)), episodes_of(functions)
    found = meta_gradients(params, stacked(episodes))
    expected = torch.stack([meta_gradient(params, one, "none") for one in episodes])
    assert found.shape == (5, len(flatten(body(params))))
    assert torch.allclose(found, expected, atol=1e-5)
