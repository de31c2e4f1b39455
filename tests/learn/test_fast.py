from dataclasses import replace

import pytest
import torch

from treemeta.config import Config
from treemeta.learn.fast import network, patch_moments
from treemeta.learn.layout import first_patches, layout_of
from treemeta.learn.network import features, init_params
from treemeta.learn.params import Params, body, flatten
from treemeta.randomness import generator

CONFIG = Config(learner="reptile", filters=6)
DOUBLE = torch.float64
IMAGES = torch.rand(7, 1, 28, 28, generator=torch.Generator().manual_seed(0), dtype=DOUBLE)


def params_of(config: Config) -> Params:
    return {name: tensor.double() for name, tensor in init_params(config, generator(1)).items()}


@pytest.mark.parametrize("kind", ["conv2", "conv4"])
def test_features_and_their_gradient_are_autograd_s(kind: str) -> None:
    config = replace(CONFIG, network=kind)  # type: ignore[arg-type]
    layout, params = layout_of(config), params_of(config)
    net = network(layout, 1, len(IMAGES), torch.device("cpu"), DOUBLE)
    net.values.copy_(layout.pack(params)[None])
    patches = first_patches(IMAGES)[None].flatten(1, 2)
    found = net.features(patches, *patch_moments(patches))[0].clone()

    leaves = {name: tensor.requires_grad_() for name, tensor in body(params).items()}
    expected = features(leaves, IMAGES, "batch")
    # The fast maps lie channels last.
    side = int((expected.shape[1] // config.filters) ** 0.5)
    turned = expected.view(len(IMAGES), config.filters, side, side).permute(0, 2, 3, 1).flatten(1)
    assert torch.allclose(found, turned, atol=1e-10)

    pull = torch.rand(turned.shape, generator=torch.Generator().manual_seed(1), dtype=DOUBLE)
    wanted = torch.autograd.grad((turned * pull).sum(), list(leaves.values()))
    net.backward(pull[None].clone())
    gradients = net.gradients[0, layout.body]
    assert torch.allclose(gradients, flatten(dict(zip(leaves, wanted, strict=True))), atol=1e-9)


def test_a_network_is_made_once_for_each_shape() -> None:
    layout, cpu = layout_of(CONFIG), torch.device("cpu")
    assert network(layout, 2, 5, cpu, DOUBLE) is network(layout, 2, 5, cpu, DOUBLE)
    assert network(layout, 2, 5, cpu, DOUBLE) is not network(layout, 2, 6, cpu, DOUBLE)
