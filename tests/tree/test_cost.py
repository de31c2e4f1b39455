from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from tests.conftest import SMALL
from tests.trees import make_tree
from treemeta.config import Config
from treemeta.declared import make_config
from treemeta.learn.learner import learner_of
from treemeta.learn.trunk import trunk
from treemeta.randomness import generator
from treemeta.tree.cost import (
    filters_for,
    multiply_adds,
    parameters,
    tree_parameters,
    trunk_parameters,
)


def config_of(network: str, filters: int, learner: str = "solved") -> Config:
    return make_config(SMALL | {"network": network, "filters": filters, "learner": learner})


@pytest.mark.parametrize("learner", ["solved", "reptile"])
@pytest.mark.parametrize("network", ["conv2", "conv4"])
def test_parameters_are_those_of_a_fresh_init(network: str, learner: str) -> None:
    config = config_of(network, 7, learner)
    fresh = learner_of(config).fresh_init(config, generator(0, "x"))
    assert parameters(config) == sum(tensor.numel() for tensor in fresh.values())


@pytest.mark.parametrize("dataset", ["functions", "a.csv"])
@pytest.mark.parametrize("learner", ["solved", "reptile"])
@pytest.mark.parametrize("network", ["mlp", "linear"])
def test_those_of_rows_are_counted_too(network: str, learner: str, dataset: str) -> None:
    targets = "numbers" if dataset == "functions" else "classes"
    options = {"dataset": dataset, "targets": targets, "features": 3, "filters": 7}
    config = make_config(options | {"network": network, "learner": learner})
    fresh = learner_of(config).fresh_init(config, generator(0, "x"))
    assert parameters(config) == sum(tensor.numel() for tensor in fresh.values())
    assert trunk_parameters(config) == sum(p.numel() for p in trunk(fresh).values())
    assert multiply_adds(config) == trunk_parameters(config)


def test_a_shared_trunk_counts_once(solved_config: Config) -> None:
    tree = make_tree()  # of three leaves
    whole, trunk = parameters(solved_config), trunk_parameters(solved_config)
    assert tree_parameters(solved_config, tree) == 3 * whole
    nodes = [replace(node, trunk="r00") if node.parent == "r0" else node for node in tree.nodes]
    assert tree_parameters(solved_config, replace(tree, nodes=tuple(nodes))) == 3 * whole - trunk


@pytest.mark.parametrize(("network", "blocks"), [("conv2", 2), ("conv4", 4)])
def test_multiply_adds_are_those_that_torch_s_convolutions_make(network: str, blocks: int) -> None:
    counted, filters = 0, 5

    def count(module: nn.Module, taken: tuple[torch.Tensor], made: torch.Tensor) -> None:
        nonlocal counted
        assert isinstance(module, nn.Conv2d)
        counted += made.numel() * module.weight[0].numel()

    channels, hidden = 1, torch.zeros(1, 1, 28, 28)
    for _ in range(blocks):
        layer = nn.Conv2d(channels, filters, 3, stride=2, padding=1, bias=False)
        layer.register_forward_hook(count)
        hidden, channels = layer(hidden), filters
    assert multiply_adds(config_of(network, filters)) == counted


@given(st.integers(1, 40), st.integers(1, 30))
def test_filters_are_the_fewest_that_suffice(filters: int, times: int) -> None:
    config = config_of("conv4", filters)
    least = times * parameters(config)
    found = filters_for(config, least)
    assert parameters(config_of("conv4", found)) >= least
    assert found == filters or parameters(config_of("conv4", found - 1)) < least
