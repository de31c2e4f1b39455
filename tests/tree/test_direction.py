from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from treemeta.config import Config
from treemeta.learn.gradients import query_loss
from treemeta.learn.network import init_params
from treemeta.learn.params import Params, body, flatten, unflatten
from treemeta.randomness import generator
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.episode import draw_episode
from treemeta.tasks.load import LoadedEpisode, load, load_episode
from treemeta.tree.direction import (
    directions,
    of_support,
    whole,
)

MADE = torch.Generator().manual_seed(0)
IMAGES = torch.rand(12, 1, 28, 28, generator=MADE, dtype=torch.float64)
LABELS = torch.arange(3).repeat_interleave(4)
FIRST = torch.arange(12) % 4 < 2
EPISODE = LoadedEpisode(IMAGES[FIRST], LABELS[FIRST], IMAGES[~FIRST], LABELS[~FIRST])
CONFIG = Config(learner="reptile", ways=3, filters=8, inner_batch_size=4)
PARAMS = {name: p.double() for name, p in init_params(CONFIG, generator(0)).items()}


@pytest.mark.parametrize("direction", ["head_solved", "displacement"])
def test_a_direction_has_an_entry_for_everything_but_the_head(direction: str) -> None:
    config = replace(CONFIG, direction=direction)  # type: ignore[arg-type]
    (found,) = directions(config, PARAMS, [EPISODE], [generator(0)])
    assert found.shape == flatten(body(PARAMS)).shape
    assert found.any()


def test_a_displacement_of_one_sgd_step_points_down_the_gradient() -> None:
    from treemeta.learn.adapt import loss_gradient

    config = replace(
        CONFIG, direction="displacement", inner_optimizer="sgd", inner_steps=1, inner_batch_size=12
    )
    (found,) = directions(config, PARAMS, [EPISODE], [generator(0)])
    gradient, _ = loss_gradient(PARAMS, IMAGES, LABELS, "batch")
    assert torch.allclose(found, -config.inner_lr * flatten(body(gradient)), atol=1e-9)


# Pulls on an init whose head is solved

SOLVED = Config(ways=3, filters=8, direction="meta_gradient")


def meta_gradient_of(params: Params, episode: LoadedEpisode = EPISODE) -> Tensor:
    (found,) = directions(SOLVED, params, [episode], [generator(0)])
    return found


@pytest.mark.parametrize("penalty", [None, 0.5])
def test_a_meta_gradient_is_minus_the_slope_of_the_query_loss(penalty: float | None) -> None:
    params = PARAMS if penalty is None else PARAMS | {"head.log_penalty": torch.tensor(penalty)}
    found = unflatten(meta_gradient_of(params), body(PARAMS))
    for name, tensor in found.items():
        way = torch.randn(tensor.shape, generator=MADE, dtype=torch.float64)
        ahead, behind = (
            float(query_loss(params | {name: params[name] + step * way}, EPISODE, "batch"))
            for step in (1e-6, -1e-6)
        )
        slope = (ahead - behind) / 2e-6
        assert float((tensor * way).sum()) == pytest.approx(-slope, rel=1e-3, abs=1e-6)


def test_a_head_has_no_part_in_a_meta_gradient_but_its_penalty_shapes_it() -> None:
    found = meta_gradient_of(PARAMS)
    assert found.shape == flatten(body(PARAMS)).shape
    other = PARAMS | {"head.weight": torch.randn(3, 392, generator=MADE, dtype=torch.float64)}
    assert torch.equal(found, meta_gradient_of(other))
    assert torch.equal(found, meta_gradient_of(body(PARAMS)))
    stiff = meta_gradient_of(PARAMS | {"head.log_penalty": torch.tensor(3.0)})
    assert not torch.allclose(found, stiff, rtol=0.1)


def test_a_permutation_of_the_labels_changes_no_meta_gradient() -> None:
    order = torch.tensor([2, 0, 1])
    renamed = replace(
        EPISODE,
        support_labels=order[EPISODE.support_labels],
        query_labels=order[EPISODE.query_labels],
    )
    assert torch.allclose(meta_gradient_of(PARAMS), meta_gradient_of(PARAMS, renamed), atol=1e-12)
    mixed_up = replace(EPISODE, query_labels=order[EPISODE.query_labels])
    assert not torch.allclose(meta_gradient_of(PARAMS), meta_gradient_of(PARAMS, mixed_up))


def test_meta_gradients_are_stacked_in_the_order_of_their_episodes() -> None:
    other = replace(EPISODE, query=EPISODE.query.flip(0))
    found = directions(SOLVED, PARAMS, [EPISODE, other], [generator(0)] * 2)
    assert torch.equal(found, torch.stack([meta_gradient_of(PARAMS, e) for e in (EPISODE, other)]))


@pytest.mark.parametrize(("shots", "queries"), [(1, 1), (2, 3), (5, 1)])
def test_an_episode_taken_whole_lists_images_as_its_rows_do(
    small: Dataset, shots: int, queries: int
) -> None:
    drawn = draw_episode(small, small.select("train")[0], 4, shots, queries, generator(0))
    rows = np.concatenate([drawn.support, drawn.query], axis=1)
    images, labels = load(small, rows)
    found, classes = whole(load_episode(small, drawn))
    assert torch.equal(found, images)
    assert torch.equal(classes, labels)


@pytest.mark.parametrize(("direction", "queries"), [("meta_gradient", 2), ("head_solved", 0)])
def test_a_support_alone_makes_an_episode_that_keeps_its_classes(
    direction: str, queries: int
) -> None:
    config = replace(CONFIG, direction=direction)  # type: ignore[arg-type]
    found = of_support(config, IMAGES, LABELS)
    assert found.query_labels.tolist() == [c for c in range(3) for _ in range(queries)]
    assert found.support_labels.tolist() == [c for c in range(3) for _ in range(4 - queries)]
    images, labels = whole(found)
    assert torch.equal(images, IMAGES)
    assert torch.equal(labels, LABELS)


@pytest.mark.parametrize(("shots", "known"), [(2, 1), (3, 2), (5, 3)])
def test_the_later_half_of_each_class_asks(shots: int, known: int) -> None:
    images = torch.arange(3.0 * shots)
    labels = torch.arange(3).repeat_interleave(shots)
    found = of_support(SOLVED, images, labels)
    assert found.support.view(3, known).tolist() == images.view(3, shots)[:, :known].tolist()
    assert found.query.view(3, -1).tolist() == images.view(3, shots)[:, known:].tolist()


@pytest.mark.parametrize("direction", ["meta_gradient", "head_solved"])
def test_classes_of_a_support_may_have_other_numbers_of_images(direction: str) -> None:
    config = replace(SOLVED, direction=direction)  # type: ignore[arg-type]
    labels = torch.tensor([1, 0, 0, 1, 0, 2, 0])
    found = of_support(config, torch.arange(7.0), labels)
    asked = {"meta_gradient": [3, 4, 6], "head_solved": []}[direction]
    assert found.query.tolist() == asked
    images, whole_labels = whole(found)
    assert sorted(images.tolist()) == list(range(7))
    assert whole_labels.tolist() == [0, 0, 0, 0, 1, 1, 2]
    assert labels[images.long()].tolist() == whole_labels.tolist()
