"""A network of one's own is the network that it copies, and a function of its parameters."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from tests.learn.answers import predict
from tests.networks import Blocks, Curve, Matrix
from tests.trees import sentence
from treemeta.config import Config
from treemeta.errors import ConfigError
from treemeta.learn import reptile, solved
from treemeta.learn.gradients import loss_gradient, meta_gradient, meta_gradients
from treemeta.learn.module import know, module_of
from treemeta.learn.network import features, features_and_statistics, features_given, init_params
from treemeta.learn.own import check_gradients, init_own, is_own, own_features, width_of
from treemeta.learn.params import Params, body, flatten, from_arrays, to_arrays
from treemeta.randomness import generator
from treemeta.tasks.load import LoadedEpisode

CONV = Config(network="conv2", filters=4, ways=3)
OWN = replace(CONV, network="own", module=know(Blocks))
ROWS = Config(
    dataset="functions:functions=2", features=1, network="own", module=know(Curve), norm="none"
)
DRAWN = torch.Generator().manual_seed(0)
IMAGES = torch.rand(12, 1, 28, 28, generator=DRAWN)
LABELS = torch.arange(12) % 3
EPISODE = LoadedEpisode(IMAGES[:6], LABELS[:6], IMAGES[6:], LABELS[6:])
POINTS = torch.rand(5, 8, 1, generator=DRAWN)


def as_blocks(params: Params) -> Params:
    """Return parameters of ``conv2`` as those of ``Blocks``."""
    names = {
        "first.weight": "conv1.weight", "second.weight": "conv2.weight",
        "norms.0.weight": "norm1.scale", "norms.0.bias": "norm1.shift",
        "norms.1.weight": "norm2.scale", "norms.1.bias": "norm2.shift",
    }  # fmt: skip
    like = body(init_params(OWN, generator(0)))
    return {name: params[names[name.partition(".")[2]]] for name in like}


def test_a_copy_of_conv2_is_conv2() -> None:
    params = solved.fresh_init(CONV, generator(0))
    copy = as_blocks(params) | {n: p for n, p in params.items() if n.startswith("head.")}
    assert torch.allclose(features(copy, IMAGES, "batch"), features(params, IMAGES, "batch"))
    ours, _ = loss_gradient(params, EPISODE, "batch")
    theirs, _ = loss_gradient(copy, EPISODE, "batch")
    for name, expected in as_blocks(ours).items():
        assert torch.allclose(theirs[name], expected, atol=1e-6)


def test_an_answer_is_normalised_by_the_support_alone() -> None:
    params = solved.fresh_init(OWN, generator(0))
    hidden, seen = features_and_statistics(params, IMAGES[:6])
    assert torch.equal(hidden, features(params, IMAGES[:6], "batch"))
    whole = features_given(params, IMAGES[6:], seen)
    assert torch.allclose(features_given(params, IMAGES[6:7], seen), whole[:1], atol=1e-6)
    assert not torch.allclose(features(params, IMAGES[6:], "batch"), whole, atol=1e-3)
    ours = features_and_statistics(params=_conv_of(params), images=IMAGES[:6])[1]
    assert isinstance(seen, dict)
    assert isinstance(ours, list)
    for block, (mean, variance) in enumerate(ours):
        assert torch.allclose(seen[f"norms.{block}.running_mean"], mean, atol=1e-6)
        assert torch.allclose(seen[f"norms.{block}.running_var"], variance, atol=1e-6)
    again = features_given(params, IMAGES[:6], seen)  # as a query it is what it was as a support
    assert torch.allclose(again, hidden, atol=1e-5)


def _conv_of(own: Params) -> Params:
    params = body(init_params(CONV, generator(0)))
    names = {id(tensor): name for name, tensor in as_blocks(params).items()}
    return {name: own[names[id(tensor)]] for name, tensor in params.items()}


@pytest.mark.parametrize("learner", [solved, reptile])
def test_both_learners_answer_with_it(learner: Any) -> None:
    kind: Any = learner.__name__.rpartition(".")[2]
    config = Config(learner=kind, network="own", module=OWN.module, ways=3, shots=2, queries=2)
    params = learner.fresh_init(config, generator(0))
    minibatches = np.arange(6)[None].repeat(3, 0)
    told = predict(learner.fit, config, params, EPISODE, minibatches)
    assert told.shape == (6, 3)
    one = replace(EPISODE, query=EPISODE.query[:1])
    assert torch.allclose(
        predict(learner.fit, config, params, one, minibatches), told[:1], atol=1e-5
    )


def test_its_init_is_a_function_of_the_generator_alone() -> None:
    torch.manual_seed(1)
    one = init_own(OWN.module, generator(0))
    torch.manual_seed(2)
    again, other = init_own(OWN.module, generator(0)), init_own(OWN.module, generator(1))
    assert list(one) == list(from_arrays(to_arrays(one)))
    assert is_own(one)
    assert not is_own(init_params(CONV, generator(0)))
    assert torch.equal(flatten(one), flatten(again))
    assert not torch.equal(flatten(one), flatten(other))


def test_rows_of_episodes_are_told_each_by_itself() -> None:
    params = init_own(ROWS.module, generator(0))
    whole = own_features(params, POINTS)
    assert whole.shape == (5, 8, 8)
    inits = [init_own(ROWS.module, generator(seed)) for seed in range(5)]
    copies = {name: torch.stack([one[name] for one in inits]) for name in params}
    own = own_features(copies, POINTS)
    for at, init in enumerate(inits):
        assert torch.allclose(whole[at], own_features(params, POINTS[at]), atol=1e-6)
        assert torch.allclose(own[at], own_features(init, POINTS[at]), atol=1e-6)


def test_it_is_pulled_as_by_each_episode_alone() -> None:
    params = solved.fresh_init(ROWS, generator(0))
    numbers = POINTS[..., 0].sin()
    halves = (POINTS[:, :4], numbers[:, :4], POINTS[:, 4:], numbers[:, 4:])
    together = meta_gradients(params, LoadedEpisode(*halves))
    for at in range(5):
        alone = meta_gradient(params, LoadedEpisode(*(half[at] for half in halves)), "none")
        assert torch.allclose(together[at], alone, atol=1e-5)


class Maps(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 3)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        hidden: torch.Tensor = self.conv(images)
        return hidden


class Keyed(Matrix):
    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return {}["rows"]


class Narrow(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.dense = nn.Linear(3, 0)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return self.dense(rows)


class Two(Maps):
    def forward(self, images: torch.Tensor) -> Any:
        return images, images


@pytest.mark.parametrize(
    ("network", "shape", "said"),
    [
        (Matrix, (5,), r"network Matrix does not take the data's inputs, of shape \(n, 5\): Run"),
        (Maps, (1, 8, 8), r"network Maps makes \(2, 2, 6, 6\) of 2 inputs: let it make features"),
        (Two, (1, 8, 8), "network Two makes a tuple of 2 inputs"),
        (Keyed, (3,), r"network Keyed does not take .* \(n, 3\): KeyError 'rows'"),
        (Narrow, (3,), r"network Narrow makes \(2, 0\) of 2 inputs: let it make features"),
    ],
)
def test_what_makes_no_features_is_named(network: Any, shape: Any, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        width_of(init_own(know(network), generator(0)), shape)
    sentence(caught)


class Frozen(Curve):
    def __init__(self) -> None:
        super().__init__()
        self.near.requires_grad_(False)


def test_what_is_frozen_is_not_trained() -> None:
    module = know(Frozen)
    params = init_own(module, generator(0))
    assert [name.partition(".")[2] for name in params] == ["far.bias", "far.weight"]
    one, other = (init_own(module, generator(seed)) for seed in (0, 1))
    assert not torch.equal(flatten(one), flatten(other))
    near: Any = module_of(module.rpartition("@")[2]).near
    bias, weight = one.values()
    hidden = torch.tanh(near(POINTS[0]))
    assert torch.allclose(own_features(one, POINTS[0]), hidden @ weight.T + bias, atol=1e-6)
    check_gradients(one, POINTS[0])
    config = replace(ROWS, module=module)
    numbers = POINTS[0, :, 0].sin()
    episode = LoadedEpisode(POINTS[0, :4], numbers[:4], POINTS[0, 4:], numbers[4:])
    gradient, _ = loss_gradient(solved.fresh_init(config, generator(0)), episode, "none")
    assert not any("near" in name for name in gradient)


class Detached(Curve):
    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return super().forward(rows).detach()


class Idle(Curve):
    def __init__(self) -> None:
        super().__init__()
        self.never = nn.Linear(2, 2)


class Big(Curve):
    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        if len(rows) > 7:
            raise ValueError("too many rows")
        return super().forward(rows)


class Empty(Curve):
    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return super().forward(rows) * torch.nan


class Dropping(Curve):
    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.dropout(super().forward(rows))


@pytest.mark.parametrize(
    ("network", "said"),
    [
        (Dropping, "network Dropping makes other features of the same inputs when asked again"),
        (Detached, r"network Detached makes features from which no gradient leads back to far\."),
        (Idle, r"network Idle makes features from which no gradient leads back to never\."),
        (Big, "network Big fails on an episode of 8 inputs: ValueError too many rows; mend"),
        (Empty, "network Empty makes features that are no finite numbers"),
    ],
)
def test_what_cannot_be_trained_is_named(network: Any, said: str) -> None:
    params = init_own(know(network), generator(0))
    with pytest.raises(ConfigError, match=said) as caught:
        check_gradients(params, POINTS[0])
    sentence(caught)
    check_gradients(init_own(know(Curve), generator(0)), POINTS[0])
