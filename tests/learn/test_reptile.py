import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn.adapt import loss_gradient
from treemeta.learn.layout import layout_of
from treemeta.learn.network import init_params
from treemeta.learn.params import add, flatten, mean
from treemeta.learn.reptile import (
    InnerRuns,
    Learner,
    load,
    meta_step,
    reptile_step,
    resident,
    run_inner,
    step_size,
)
from treemeta.randomness import generator
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.episode import draw_episode


def vector(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=5), st.floats(0, 1))
def test_a_step_is_the_formula(ends: list[float], size: float) -> None:
    moved = reptile_step(vector(2.0), vector(*ends)[:, None], size)
    assert float(moved) == pytest.approx(2 + size * (sum(ends) / len(ends) - 2))


def test_a_whole_step_lands_on_the_mean_and_none_stays() -> None:
    init, ends = vector(1.0, 2.0), torch.stack([vector(3.0, 0.0), vector(5.0, 8.0)])
    assert torch.equal(reptile_step(init, ends, 1.0), vector(4.0, 4.0))
    assert torch.equal(reptile_step(init, ends, 0.0), init)


def learner(config: Config, dataset: Dataset, name: str = "r", step: int = 0) -> Learner:
    init = layout_of(config).pack(init_params(config, generator(0)))
    return Learner(name, step, init, tuple(dataset.select("train")))


def test_one_inner_step_of_sgd_and_a_reptile_step_are_a_gradient_step(
    small_config: Config, small: Dataset, engine: Engine
) -> None:
    from dataclasses import replace

    # One inner step on a whole episode: Reptile is then joint training of the batch's tasks.
    whole = small_config.ways * (small_config.shots + small_config.queries)
    config = replace(
        small_config, inner_optimizer="sgd", inner_steps=1, inner_batch_size=whole, inner_lr=0.1,
        meta_batch_size=2,
    )  # fmt: skip
    init = init_params(config, generator(0))
    one = learner(config, small)
    tasks = one.tasks
    ((moved, _),) = meta_step(config, small, [one], engine)

    drawn = generator(config.seed, "r", 0, "meta_batch").choice(len(tasks), 2, replace=False)
    gradients = []
    for slot, i in enumerate(drawn):
        rng = generator(config.seed, "r", 0, slot, "inner")
        episode = draw_episode(small, tasks[i], config.ways, config.shots, config.queries, rng)
        rows = np.concatenate([episode.support, episode.query], axis=1)
        gradients.append(loss_gradient(init, *load(small, rows), "batch")[0])
    expected = add(init, mean(gradients), -0.1)
    found = layout_of(config).unpack(moved.init)
    assert moved.step == 1
    assert torch.allclose(flatten(found), flatten(expected), atol=1e-6)


def test_learners_that_go_side_by_side_go_as_they_would_alone(
    small_config: Config, small: Dataset, engine: Engine
) -> None:
    both = [learner(small_config, small, "r0"), learner(small_config, small, "r1", step=1)]
    together = meta_step(small_config, small, both, engine)
    for one, (moved, loss) in zip(both, together, strict=True):
        ((alone, same),) = meta_step(small_config, small, [one], engine)
        assert torch.equal(moved.init, alone.init)
        assert (moved.step, loss) == (one.step + 1, same)


def test_inner_runs_of_one_unit_are_those_of_several(small_config: Config, small: Dataset) -> None:
    # A GPU takes a whole meta-batch as one unit, a CPU each inner run alone.
    one = learner(small_config, small)
    tasks, addresses = one.tasks[:3], tuple((0, "r", 0, slot) for slot in range(3))
    whole = InnerRuns(small_config, small, (one.init,) * 3, tasks, addresses)
    together, losses = run_inner(whole)
    for i in range(3):
        alone = InnerRuns(small_config, small, (one.init,), tasks[i : i + 1], addresses[i : i + 1])
        vectors, (loss,) = run_inner(alone)
        assert torch.equal(vectors[0], together[i])
        assert loss == losses[i]


def test_the_step_size_falls_linearly_along_the_path() -> None:
    config = Config(meta_steps=100, meta_step_size=1.0, meta_step_size_end=0.2)
    sizes = [step_size(config, step) for step in (0, 50, 100)]
    assert sizes == pytest.approx([1.0, 0.6, 0.2])


def test_labels_are_rows_and_pixels_lie_between_0_and_1(small: Dataset) -> None:
    rows = np.array([[0, 1], [6, 7], [12, 13]])
    images, labels = load(small, rows)
    assert labels.tolist() == [0, 0, 1, 1, 2, 2]
    assert images.shape == (6, 1, 28, 28)
    assert float(images.min()) == 0
    assert 0.5 < float(images.max()) <= 1


def test_what_a_device_holds_is_the_data_set_moved_once(small: Dataset) -> None:
    held = resident(small, torch.device("cpu"))
    assert np.array_equal(held.numpy(), small.images)
    assert resident(small, torch.device("cpu")) is held
