from dataclasses import replace

import pytest
import torch

from treemeta.config import Config
from treemeta.learn.dense import dense_features, init_dense, is_dense
from treemeta.learn.network import features, init_params, logits
from treemeta.learn.params import body
from treemeta.randomness import generator

CONFIG = Config(dataset="functions", features=3, filters=8)
ROWS = torch.rand(4, 5, 3, generator=torch.Generator().manual_seed(0))


def test_a_perceptron_is_what_its_formula_says() -> None:
    params = init_dense(CONFIG, generator(0))
    found = dense_features(params, ROWS[0])
    for row, expected in zip(ROWS[0], found, strict=True):
        hidden = row
        for layer in ("1", "2"):
            pulled = params[f"dense{layer}.weight"] @ hidden
            hidden = (params[f"norm{layer}.scale"] * pulled + params[f"norm{layer}.shift"]).tanh()
        assert torch.allclose(params["dense3.weight"] @ hidden, expected, atol=1e-6)


def test_a_linear_network_is_one_matrix() -> None:
    params = init_dense(replace(CONFIG, network="linear"), generator(0))
    assert list(params) == ["dense1.weight"]
    assert torch.allclose(dense_features(params, ROWS), ROWS @ params["dense1.weight"].T)


@pytest.mark.parametrize("network", ["mlp", "linear"])
def test_no_row_and_no_episode_has_a_say_in_another(network: str) -> None:
    params = init_dense(replace(CONFIG, network=network), generator(0))  # type: ignore[arg-type]
    whole = dense_features(params, ROWS)
    assert whole.shape == (4, 5, 8)
    assert torch.allclose(whole[2, 3:4], dense_features(params, ROWS[2, 3:4]), atol=1e-6)


def test_fresh_layers_keep_the_spread_of_their_inputs() -> None:
    wide = replace(CONFIG, filters=256, features=64)
    rows = torch.randn(500, 64, generator=torch.Generator().manual_seed(1))
    out = dense_features(init_dense(wide, generator(0)), rows)
    assert 0.3 < float(out.std()) < 1.5


def test_networks_of_rows_and_of_images_are_told_apart() -> None:
    images = Config(filters=4)
    assert is_dense(init_params(CONFIG, generator(0)))
    assert not is_dense(init_params(images, generator(0)))


def test_it_is_a_network_like_any_other() -> None:
    params = init_params(CONFIG, generator(0))
    assert params["head.weight"].shape == (1, 8)
    assert torch.equal(features(params, ROWS, "none"), dense_features(body(params), ROWS))
    assert logits(params, ROWS[0], "none").shape == (5, 1)


def test_every_episode_may_have_a_network_of_its_own() -> None:
    several = [init_dense(CONFIG, generator(seed)) for seed in range(4)]
    apart = torch.stack([dense_features(*each) for each in zip(several, ROWS, strict=True)])
    together = {name: torch.stack([one[name] for one in several]) for name in several[0]}
    assert torch.allclose(dense_features(together, ROWS), apart, atol=1e-6)
