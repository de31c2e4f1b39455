from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from tests.learn.answers import predict
from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn.adapt import loss_gradient
from treemeta.learn.network import init_params
from treemeta.learn.params import add, flatten, mean
from treemeta.learn.reptile import InnerRuns, fit, meta_step, reptile_step, run_inner
from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.randomness import generator
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.episode import draw_episode
from treemeta.tasks.load import LoadedEpisode, load, load_episode

IMAGES = torch.rand(12, 1, 28, 28, generator=torch.Generator().manual_seed(0))


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


def trainee(config: Config, dataset: Dataset, name: str = "r", step: int = 0) -> Trainee:
    init = init_params(config, generator(0))
    return Trainee(name, step, init, tuple(dataset.select("train")))


def test_one_inner_step_of_sgd_and_a_reptile_step_are_a_gradient_step(
    small_config: Config, small: Dataset, engine: Engine
) -> None:
    # One inner step on a whole episode: Reptile is then joint training of the batch's tasks.
    whole = small_config.ways * (small_config.shots + small_config.queries)
    config = replace(
        small_config, inner_optimizer="sgd", inner_steps=1, inner_batch_size=whole, inner_lr=0.1,
        meta_batch_size=2,
    )  # fmt: skip
    init = init_params(config, generator(0))
    one = trainee(config, small)
    tasks = one.tasks
    ((moved, _),) = meta_step(Setting(config, small, engine), [one])

    drawn = generator(config.seed, "r", 0, "meta_batch").choice(len(tasks), 2, replace=False)
    gradients = []
    for slot, i in enumerate(drawn):
        rng = generator(config.seed, "r", 0, slot, "inner")
        episode = draw_episode(small, tasks[i], config.ways, config.shots, config.queries, rng)
        rows = np.concatenate([episode.support, episode.query], axis=1)
        gradients.append(loss_gradient(init, *load(small, rows), "batch")[0])
    expected = add(init, mean(gradients), -0.1)
    assert moved.step == 1
    assert torch.allclose(flatten(moved.init), flatten(expected), atol=1e-6)


def test_half_of_the_way_to_nought_a_step_goes_half_as_far(
    small_config: Config, small: Dataset, engine: Engine
) -> None:
    init, ends = flatten(init_params(small_config, generator(0))), []
    for end in (1.0, 0.0):
        config = replace(small_config, meta_steps=4, meta_step_size=1.0, meta_step_size_end=end)
        ((moved, _),) = meta_step(Setting(config, small, engine), [trainee(config, small, step=2)])
        ends.append(flatten(moved.init) - init)
    assert ends[0].any()
    assert torch.allclose(ends[1], ends[0] / 2, atol=1e-6)


def test_trainees_that_go_side_by_side_go_as_they_would_alone(
    small_config: Config, small: Dataset, engine: Engine
) -> None:
    both = [trainee(small_config, small, "r0"), trainee(small_config, small, "r1", step=1)]
    together = meta_step(Setting(small_config, small, engine), both)
    for one, (moved, loss) in zip(both, together, strict=True):
        ((alone, same),) = meta_step(Setting(small_config, small, engine), [one])
        assert torch.equal(flatten(moved.init), flatten(alone.init))
        assert (moved.step, loss) == (one.step + 1, same)


def test_inner_runs_of_one_unit_are_those_of_several(small_config: Config, small: Dataset) -> None:
    # A GPU takes a whole meta-batch as one unit, a CPU each inner run alone.
    one = trainee(small_config, small)
    tasks, addresses = one.tasks[:3], tuple((0, "r", 0, slot) for slot in range(3))
    whole = InnerRuns(small_config, small, (one.init,) * 3, tasks, addresses)
    together, losses = run_inner(whole)
    for i in range(3):
        alone = InnerRuns(small_config, small, (one.init,), tasks[i : i + 1], addresses[i : i + 1])
        (adapted,), (loss,) = run_inner(alone)
        assert torch.equal(flatten(adapted), flatten(together[i]))
        assert loss == losses[i]


@pytest.mark.parametrize("transductive", [True, False])
def test_only_transductive_norm_lets_queries_see_each_other(
    small_config: Config, transductive: bool
) -> None:
    config = replace(small_config, transductive=transductive)
    params = init_params(config, generator(0))
    no_steps = np.empty((0, 6), int)

    def first_of(query: Tensor) -> Tensor:
        labels = torch.arange(3).repeat_interleave(2)
        return predict(
            fit, config, params, LoadedEpisode(IMAGES[:6], labels, query, labels), no_steps
        )[0]

    query = IMAGES[6:]
    other_company = torch.cat([query[:1], 3 * query[1:]])
    assert torch.allclose(first_of(query), first_of(other_company), atol=1e-5) != transductive


def test_queries_that_are_the_support_are_learned(small_config: Config, small: Dataset) -> None:
    config = replace(small_config, inner_lr=0.01)
    drawn = draw_episode(small, small.select("train")[0], 3, 2, 2, generator(0))
    params = init_params(config, generator(0))
    same = load_episode(small, replace(drawn, query=drawn.support))
    found = predict(fit, config, params, same, np.tile(np.arange(6), (60, 1)))
    assert found.argmax(1).tolist() == [0, 0, 1, 1, 2, 2]
