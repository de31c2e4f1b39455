from dataclasses import replace

import numpy as np
import pytest

from tests.learn.functions import NUMBERS
from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn.network import init_params
from treemeta.learn.setting import Setting
from treemeta.learn.solved import fresh_init
from treemeta.randomness import generator
from treemeta.store.records import Routed
from treemeta.tasks.dataset import Dataset, Task
from treemeta.tree.evaluate import Exam, accuracies, examine_all, examine_episode
from treemeta.tree.route import Router


def test_accuracy_depends_on_the_task_not_on_its_company(
    small_config: Config, small: Dataset, engine: Engine
) -> None:
    router = Router({"r": init_params(small_config, generator(0))}, {})
    tasks = small.select("all")
    whole = accuracies(
        examine_all(Setting(small_config, small, engine), router, tasks, 3, ("test",))
    )
    for task in tasks[:2]:
        alone = accuracies(
            examine_all(Setting(small_config, small, engine), router, [task], 3, ("test",))
        )
        assert alone[task.name] == whole[task.name]


def test_every_task_is_examined_on_draws_of_its_own(
    small_config: Config, small: Dataset, engine: Engine
) -> None:
    router = Router({"r": init_params(small_config, generator(0))}, {})
    twins = [Task(name, small.select("train")[0].classes) for name in ("a", "b")]
    found = accuracies(
        examine_all(Setting(small_config, small, engine), router, twins, 8, ("test",))
    )
    assert found["a"] != found["b"]


def test_adaptation_beats_chance_and_no_adaptation_is_chance(
    small_config: Config, small: Dataset, engine: Engine
) -> None:
    tasks = small.select("all")
    means = []
    for steps in (0, 30):
        config = replace(small_config, eval_inner_steps=steps, inner_lr=0.01)
        router = Router({"r": init_params(config, generator(0))}, {})
        found = accuracies(examine_all(Setting(config, small, engine), router, tasks, 8, ("test",)))
        means.append(sum(found.values()) / len(found))
    assert abs(means[0] - 1 / 3) < 0.12
    assert means[1] > 0.6


# Routed by the likelihood of supports


def examined(
    config: Config, dataset: Dataset, seeds: dict[str, int], engine: Engine, episodes: int = 4
) -> dict[str, Routed]:
    """Return how tasks fare with nodes whose inits are drawn by these seeds."""
    inits = {name: fresh_init(config, generator(seed)) for name, seed in seeds.items()}
    tasks = dataset.select("all")
    return examine_all(
        Setting(config, dataset, engine), Router(inits, {}), tasks, episodes, ("test",)
    )


LEAVES = {"r0": 0, "r10": 1, "r11": 2}


@pytest.mark.parametrize("mix", ["hard", "soft"])
def test_what_was_routed_adds_up(
    solved_config: Config, small: Dataset, engine: Engine, mix: str
) -> None:
    config = replace(solved_config, mix=mix)  # type: ignore[arg-type]
    found = examined(config, small, LEAVES, engine)
    alone = {
        name: accuracies(examined(config, small, {name: seed}, engine))
        for name, seed in LEAVES.items()
    }
    router = Router({name: fresh_init(config, generator(s)) for name, s in LEAVES.items()}, {})
    for task, one in found.items():
        assert list(one.shares) == list(one.each) == list(LEAVES)
        assert sum(one.shares.values()) == pytest.approx(1)
        exam = Exam(config, small, router, small.tasks[task], 4, ("test", task))
        margins = [examine_episode(exam, number).route.margin for number in range(4)]
        assert one.margin == pytest.approx(np.mean(margins))  # type: ignore[arg-type]
        assert one.margin > 0
        # Every candidate is examined on the episodes that it would have alone.
        assert one.each == {name: alone[name][task] for name in LEAVES}
        assert one.regret == max(one.each.values()) - one.accuracy
    fractions = {share for one in found.values() for share in one.shares.values()}
    assert (fractions <= {0, 0.25, 0.5, 0.75, 1}) == (mix == "hard")
    assert len(fractions) > 2


def test_of_numbers_regret_is_the_error_above_that_of_the_best(
    functions: Dataset, engine: Engine
) -> None:
    found = examined(NUMBERS, functions, LEAVES, engine).values()
    assert all(one.regret == one.accuracy - min(one.each.values()) for one in found)
    assert all(max(one.each.values()) > min(one.each.values()) for one in found)


def test_where_all_goes_to_one_its_accuracy_is_the_answer_s(
    solved_config: Config, small: Dataset, engine: Engine
) -> None:
    found = examined(solved_config, small, LEAVES, engine, episodes=1)
    for one in found.values():
        (answered,) = (name for name, share in one.shares.items() if share)
        assert one.accuracy == one.each[answered]
        assert one.regret is not None
        assert one.regret >= 0
    assert len({name for one in found.values() for name in one.shares if one.shares[name]}) > 1


@pytest.mark.parametrize(("mix", "share"), [("soft", 0.5), ("hard", 1.0)])
def test_twins_answer_as_one(
    solved_config: Config, small: Dataset, engine: Engine, mix: str, share: float
) -> None:
    config = replace(solved_config, mix=mix)  # type: ignore[arg-type]
    twins = examined(config, small, {"r0": 0, "r1": 0}, engine)
    alone = examined(config, small, {"r0": 0}, engine)
    for task, one in twins.items():
        assert one.shares == {"r0": share, "r1": 1 - share}
        assert one.accuracy == alone[task].accuracy
        assert (one.margin, one.regret) == (0, 0)


def test_a_node_alone_has_no_rivals_to_tell_of(
    solved_config: Config, small: Dataset, engine: Engine
) -> None:
    for one in examined(solved_config, small, {"r": 0}, engine).values():
        assert (one.shares, one.margin, one.regret, one.each) == ({"r": 1.0}, None, None, {})


def test_an_inner_loop_is_spared_the_candidates_that_do_not_answer(
    small_config: Config, small: Dataset, engine: Engine
) -> None:
    config = replace(small_config, route="likelihood")
    inits = {name: init_params(config, generator(seed)) for name, seed in LEAVES.items()}
    found = examine_all(
        Setting(config, small, engine), Router(inits, {}), small.select("test"), 2, ("test",)
    )
    for one in found.values():
        assert sum(one.shares.values()) == 1
        assert (one.each, one.regret) == ({}, None)
        assert one.margin is not None


def test_two_workers_find_the_same(solved_config: Config, small: Dataset, engine: Engine) -> None:
    with Engine(2) as two:
        assert examined(solved_config, small, LEAVES, two) == examined(
            solved_config, small, LEAVES, engine
        )
