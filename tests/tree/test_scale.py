from dataclasses import replace

import pytest

from tests.conftest import SMALL_SOLVED
from treemeta.config import Config
from treemeta.declared import make_config
from treemeta.engine.local import Engine
from treemeta.learn.learner import fresh_init
from treemeta.learn.setting import Setting
from treemeta.tasks.dataset import Dataset, Task
from treemeta.tree.route import Router
from treemeta.tree.scale import Support, scale_of, with_scales

CONFIG = make_config(SMALL_SOLVED)


@pytest.fixture
def router() -> Router:
    seeds = {"r": 0, "r0": 1, "r1": 2}
    inits = {name: fresh_init(replace(CONFIG, seed=seed)) for name, seed in seeds.items()}
    return Router(inits, {})


@pytest.fixture
def tasks(small: Dataset) -> dict[str, list[Task]]:
    whole = small.select("train")
    return {"r": whole, "r0": whole[:2], "r1": whole[2:]}


def test_a_scale_is_the_mean_over_supports_of_the_nodes_own_tasks(
    router: Router, tasks: dict[str, list[Task]], small: Dataset, engine: Engine
) -> None:
    found = with_scales(Setting(CONFIG, small, engine), router, tasks)
    own = [
        scale_of(Support(CONFIG, small, router.inits["r1"], task, number))
        for task in tasks["r1"]
        for number in range(CONFIG.node_episodes)
    ]
    assert found.scales["r1"] == pytest.approx(sum(own) / len(own))
    assert len(set(own)) == len(own)


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({}, ["r0", "r1"]),
        ({"candidates": "nodes"}, ["r", "r0", "r1"]),
        ({"route": "loo", "shots": 2}, []),
        ({"route": "direction", "direction": "head_solved"}, []),
    ],
)
def test_the_nodes_that_may_answer_have_scales_where_likelihoods_are_asked_for(
    change: dict[str, object],
    names: list[str],
    router: Router,
    tasks: dict[str, list[Task]],
    small: Dataset,
    engine: Engine,
) -> None:
    config: Config = replace(CONFIG, **change)  # type: ignore[arg-type]
    found = with_scales(Setting(config, small, engine), router, tasks)
    assert sorted(found.scales) == names
    assert sorted(found.lean(config).scales) == names


def test_a_node_that_is_alone_needs_none(
    router: Router, tasks: dict[str, list[Task]], small: Dataset, engine: Engine
) -> None:
    alone = Router({"r": router.inits["r"]}, {})
    assert with_scales(Setting(CONFIG, small, engine), alone, tasks) is alone


def test_scales_do_not_depend_on_workers(
    router: Router, tasks: dict[str, list[Task]], small: Dataset, engine: Engine
) -> None:
    with Engine(2) as two:
        assert with_scales(Setting(CONFIG, small, two), router, tasks) == with_scales(
            Setting(CONFIG, small, engine), router, tasks
        )
