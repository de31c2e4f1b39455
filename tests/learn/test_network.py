import pytest
import torch

from treemeta.config import Config
from treemeta.learn.network import (
    features,
    init_params,
    logits,
    logits_given,
    norm_statistics,
)
from treemeta.randomness import generator

IMAGES = torch.rand(6, 1, 28, 28, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(("network", "width"), [("conv2", 64 * 7 * 7), ("conv4", 64 * 2 * 2)])
def test_shapes(network: str, width: int) -> None:
    params = init_params(Config(learner="reptile", network=network), generator(0))  # type: ignore[arg-type]
    assert features(params, IMAGES, "batch").shape == (6, width)
    assert logits(params, IMAGES, "batch").shape == (6, 5)


def test_a_convolution_has_no_bias_and_the_poster_s_size() -> None:
    params = init_params(Config(learner="reptile"), generator(0))
    sizes = {name: tensor.numel() for name, tensor in params.items()}
    assert sizes["conv2.weight"] == 64 * 64 * 9
    assert not [name for name in sizes if name.startswith("conv") and name.endswith("bias")]


def test_given_its_own_statistics_a_batch_comes_out_as_if_normalised_together() -> None:
    params = init_params(Config(learner="reptile"), generator(0))
    own = logits_given(params, IMAGES, norm_statistics(params, IMAGES))
    assert torch.allclose(own, logits(params, IMAGES, "batch"), atol=1e-4)


def test_statistics_are_the_mean_and_the_variance_of_what_a_layer_sees() -> None:
    params = init_params(Config(learner="reptile"), generator(0))
    seen = torch.nn.functional.conv2d(IMAGES, params["conv1.weight"], stride=2, padding=1)
    mean, variance = norm_statistics(params, IMAGES)[0]
    assert torch.allclose(mean, seen.mean((0, 2, 3)), atol=1e-6)
    assert torch.allclose(variance, seen.var((0, 2, 3), correction=0), rtol=1e-5)


def test_given_statistics_one_image_says_nothing_of_another() -> None:
    params = init_params(Config(learner="reptile"), generator(0))
    statistics = norm_statistics(params, IMAGES)
    together = logits_given(params, IMAGES, statistics)
    alone = logits_given(params, IMAGES[:1], statistics)
    assert torch.allclose(together[:1], alone, atol=1e-5)
    batch_alone = logits(params, IMAGES[:2], "batch")
    assert not torch.allclose(logits(params, IMAGES, "batch")[:2], batch_alone, atol=1e-2)


def test_without_norm_images_are_independent() -> None:
    params = init_params(Config(learner="reptile", norm="none"), generator(0))
    assert torch.allclose(
        logits(params, IMAGES, "none")[:1], logits(params, IMAGES[:1], "none"), atol=1e-5
    )
