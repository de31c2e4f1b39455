from dataclasses import replace

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn.network import init_params
from treemeta.randomness import generator
from treemeta.tasks.dataset import Dataset, Task
from treemeta.tree.evaluate import accuracies, examine_all
from treemeta.tree.route import Router


def test_accuracy_depends_on_the_task_not_on_its_company(
    small_config: Config, small: Dataset, engine: Engine
) -> None:
    router = Router({"r": init_params(small_config, generator(0))}, {})
    tasks = small.select("all")
    whole = accuracies(examine_all(small_config, small, router, tasks, 3, ("test",), engine))
    for task in tasks[:2]:
        alone = accuracies(examine_all(small_config, small, router, [task], 3, ("test",), engine))
        assert alone[task.name] == whole[task.name]


def test_every_task_is_examined_on_draws_of_its_own(
    small_config: Config, small: Dataset, engine: Engine
) -> None:
    router = Router({"r": init_params(small_config, generator(0))}, {})
    twins = [Task(name, small.select("train")[0].classes) for name in ("a", "b")]
    found = accuracies(examine_all(small_config, small, router, twins, 8, ("test",), engine))
    assert found["a"] != found["b"]


def test_adaptation_beats_chance_and_no_adaptation_is_chance(
    small_config: Config, small: Dataset, engine: Engine
) -> None:
    tasks = small.select("all")
    means = []
    for steps in (0, 30):
        config = replace(small_config, eval_inner_steps=steps, inner_lr=0.01)
        router = Router({"r": init_params(config, generator(0))}, {})
        found = accuracies(examine_all(config, small, router, tasks, 8, ("test",), engine))
        means.append(sum(found.values()) / len(found))
    assert abs(means[0] - 1 / 3) < 0.12
    assert means[1] > 0.6
