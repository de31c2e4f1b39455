from random import Random

import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.algebra import subtract
from treemeta.config import Config
from treemeta.learn.network import init_params
from treemeta.learn.params import (
    Params,
    add,
    body,
    flatten,
    from_arrays,
    ordered,
    to_arrays,
    unflatten,
)
from treemeta.learn.solved import fresh_init
from treemeta.randomness import generator


def some_params(seed: int) -> Params:
    made = torch.Generator().manual_seed(seed)
    return {
        "conv1.weight": torch.randn(2, 1, 3, 3, generator=made),
        "norm1.scale": torch.randn(2, generator=made),
        "head.weight": torch.randn(3, 4, generator=made),
    }


SEED = st.integers(0, 1000)


@given(SEED)
def test_unflatten_undoes_flatten(seed: int) -> None:
    params = some_params(seed)
    back = unflatten(flatten(params), params)
    assert list(back) == list(params)
    assert all(torch.equal(back[name], params[name]) for name in params)


@given(SEED, SEED)
def test_adding_a_difference_arrives(a: int, b: int) -> None:
    start, end = some_params(a), some_params(b)
    arrived = add(start, subtract(end, start))
    assert all(torch.allclose(arrived[name], end[name], atol=1e-6) for name in end)


@given(SEED)
def test_arrays_come_back_in_the_order_of_the_layers(seed: int) -> None:
    params = some_params(seed)
    stored = to_arrays({name: params[name] for name in sorted(params)})
    back = from_arrays(stored)
    assert list(back) == list(params)
    assert all(torch.equal(back[name], params[name]) for name in params)


def test_the_body_has_no_head() -> None:
    assert list(body(some_params(0))) == ["conv1.weight", "norm1.scale"]


@given(st.sampled_from(["conv2", "conv4"]), st.booleans(), st.randoms(use_true_random=False))
def test_ordered_restores_the_order_of_the_layers(network: str, heads: bool, rng: Random) -> None:
    config = Config(network=network, filters=1)  # type: ignore[arg-type]
    params = (init_params if heads else fresh_init)(config, generator(0))
    for names in (sorted(params), rng.sample(list(params), len(params))):
        found = ordered({name: params[name] for name in names})
        assert list(body(found)) == list(body(params))
        assert torch.equal(flatten(body(found)), flatten(body(params)))
        assert set(list(found)[len(body(found)) :]) == set(params) - set(body(params))


def test_ordered_counts_layers_as_numbers() -> None:
    names = ["head.bias", "conv10.weight", "norm2.shift", "conv2.weight", "conv1.weight"]
    found = ordered({name: torch.zeros(1) for name in names})
    assert list(found) == ["conv1.weight", "conv2.weight", "norm2.shift", "conv10.weight", names[0]]
