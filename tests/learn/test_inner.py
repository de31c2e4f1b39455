"""The fast inner loop against the plain one, in double precision so that only truth agrees."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.algebra import subtract
from treemeta.config import Config
from treemeta.learn import adapt as plain
from treemeta.learn.inner import adapt, adapt_all, adapt_together
from treemeta.learn.network import init_params
from treemeta.learn.params import Params, flatten
from treemeta.randomness import generator

CONFIG = Config(learner="reptile", ways=3, filters=6, inner_lr=0.01)
EACH = 12  # images of an init


def params_of(config: Config, seed: int) -> Params:
    """Draw an init whose norms are not the identity, as they are not once trained."""
    rng = generator(seed)
    return {
        name: tensor.double() + 0.1 * torch.from_numpy(rng.standard_normal(tensor.shape))
        for name, tensor in init_params(config, rng).items()
    }


def problems(config: Config, count: int, steps: int, size: int, seed: int = 0):  # type: ignore[no-untyped-def]
    rng = generator(seed, "problems")
    inits = [params_of(config, i) for i in range(count)]
    images = torch.from_numpy(rng.random((count, EACH, 1, 28, 28)) * (rng.random() + 0.5))
    labels = torch.from_numpy(rng.integers(0, config.ways, (count, EACH)))
    return inits, images, labels, rng.integers(0, EACH, (count, steps, size))


def agree(config: Config, count: int, steps: int, size: int, together: bool, seed: int = 0) -> None:
    inits, *data = problems(config, count, steps, size, seed)
    several, losses = (adapt_together if together else adapt_all)(config, inits, *data)
    for init, adapted, loss, *one in zip(inits, several, losses, *data, strict=True):
        expected, expected_loss = plain.adapt(config, init, *one)
        moved = flatten(subtract(expected, init))
        found = flatten(subtract(adapted, init))
        assert torch.allclose(found, moved, rtol=1e-6, atol=1e-7)
        assert loss == pytest.approx(expected_loss, rel=1e-9)


@pytest.mark.parametrize("network", ["conv2", "conv4"])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("together", [False, True])
def test_it_is_the_plain_loop(network: str, optimizer: str, together: bool) -> None:
    config = replace(CONFIG, network=network, inner_optimizer=optimizer)  # type: ignore[arg-type]
    agree(config, count=3, steps=4, size=5, together=together)


@settings(max_examples=15)
@given(
    st.sampled_from(["conv2", "conv4"]),
    st.integers(2, 5),
    st.integers(1, 9),
    st.integers(2, EACH),
    st.integers(0, 10**6),
)
def test_it_is_the_plain_loop_for_any_shape(
    network: str, ways: int, filters: int, size: int, seed: int
) -> None:
    config = replace(CONFIG, network=network, ways=ways, filters=filters, inner_optimizer="sgd")  # type: ignore[arg-type]
    agree(config, count=1, steps=2, size=size, together=True, seed=seed)


def test_without_a_norm_it_is_the_plain_loop() -> None:
    agree(replace(CONFIG, norm="none"), count=2, steps=3, size=5, together=False)


def test_buffers_carry_nothing_from_one_call_to_the_next() -> None:
    inits, *data = problems(CONFIG, 1, 3, 5)
    ((first,), _) = adapt_all(CONFIG, inits, *data)
    kept = flatten(first).clone()
    adapt_all(CONFIG, inits, *problems(CONFIG, 1, 3, 5, seed=7)[1:])
    ((again,), _) = adapt_all(CONFIG, inits, *data)
    assert torch.equal(flatten(first), kept)
    assert torch.equal(flatten(again), kept)


def test_on_a_cpu_the_bits_do_not_depend_on_the_company() -> None:
    config = replace(CONFIG, filters=16)
    inits, images, labels, minibatches = problems(config, 3, 4, 5)
    inits = [{name: p.float() for name, p in init.items()} for init in inits]
    whole, _ = adapt_all(config, inits, images.float(), labels, minibatches)
    alone, _ = adapt_all(config, inits[1:2], images[1:2].float(), labels[1:2], minibatches[1:2])
    assert torch.equal(flatten(whole[1]), flatten(alone[0]))


def test_blank_images_are_no_trouble() -> None:
    inits, images, labels, minibatches = problems(CONFIG, 1, 3, 5)
    params = {name: tensor.float() for name, tensor in inits[0].items()}
    for blank in (torch.zeros_like(images[0]), torch.ones_like(images[0])):
        adapted, loss = adapt(CONFIG, params, blank.float(), labels[0], minibatches[0])
        assert np.isfinite(loss)
        assert flatten(adapted).isfinite().all()


def test_no_steps_change_nothing() -> None:
    inits, images, labels, minibatches = problems(CONFIG, 1, 3, 5)
    same, loss = adapt(CONFIG, inits[0], images[0], labels[0], minibatches[0][:0])
    assert torch.equal(flatten(same), flatten(inits[0]))
    assert loss == 0


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_gpu_agrees_with_the_plain_loop_and_with_itself(optimizer: str) -> None:
    config = replace(CONFIG, inner_optimizer=optimizer)  # type: ignore[arg-type]
    inits, images, labels, minibatches = problems(config, 4, 3, 5)
    on_cpu, _ = adapt_together(config, inits, images, labels, minibatches)
    there = [{name: p.cuda() for name, p in init.items()} for init in inits]
    first, second = (
        adapt_all(config, there, images.cuda(), labels.cuda(), minibatches)[0] for _ in range(2)
    )
    for one, other, expected in zip(first, second, on_cpu, strict=True):
        assert torch.equal(flatten(one), flatten(other))
        assert torch.allclose(flatten(one).cpu(), flatten(expected), rtol=1e-6, atol=1e-7)
