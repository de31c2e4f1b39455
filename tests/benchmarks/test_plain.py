import torch
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.plain import BATCH, PRODUCTS, loop_rate, model, products_rate
from treemeta.config import Config
from treemeta.learn.network import init_params
from treemeta.learn.params import flatten
from treemeta.randomness import generator


def test_the_peer_trains_the_same_network() -> None:
    config = Config(learner="reptile")
    ours, theirs = init_params(config, generator(0)), model().state_dict()
    assert [tensor.numel() for tensor in ours.values()] == [t.numel() for t in theirs.values()]
    assert len(flatten(ours)) == 53_381


def test_the_bound_counts_every_product_of_a_step_and_no_other() -> None:
    net, images = model(), torch.rand(BATCH, 1, 28, 28)
    with FlopCounterMode(display=False) as counted:
        F.cross_entropy(net(images), torch.arange(BATCH) % 5).backward()
    assert 2 * sum(m * k * n for m, k, n in PRODUCTS) == counted.get_total_flops()


def test_the_peers_run() -> None:
    assert loop_rate(1) > 0
    assert products_rate(0.01) > 0
