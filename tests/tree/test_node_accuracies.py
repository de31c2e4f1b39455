from dataclasses import replace

import numpy as np
import pytest

from tests.trees import make_node, sentence
from treemeta.analysis.gains import gains_of
from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.errors import DataError
from treemeta.learn import solved
from treemeta.learn.params import Params
from treemeta.learn.setting import Setting
from treemeta.learn.solved import fresh_init
from treemeta.learn.trainee import Trainee
from treemeta.randomness import generator
from treemeta.tasks.dataset import Dataset
from treemeta.tree.evaluate import examine_all
from treemeta.tree.node_accuracies import node_accuracies
from treemeta.tree.route import Router


def trained(config: Config, dataset: Dataset, engine: Engine, steps: int) -> Params:
    """Return an init after some steps on the training tasks."""
    init = fresh_init(config, generator(0))
    one = Trainee("r", 0, init, tuple(dataset.select("train")))
    for _ in range(steps):
        ((one, _),) = solved.meta_step(Setting(config, dataset, engine), [one])
    return one.init


def spoilt(params: Params) -> Params:
    """Return an init whose last layer sees nothing but noise."""
    return {
        name: tensor * 0 if name == "conv1.weight" else tensor for name, tensor in params.items()
    }


@pytest.mark.parametrize("learner", ["solved", "reptile"])
def test_a_planted_bad_child_is_marked_and_its_equal_sibling_is_not(
    solved_config: Config, small_config: Config, small: Dataset, engine: Engine, learner: str
) -> None:
    config = replace(solved_config, test_episodes=12, meta_steps=30)
    good = trained(config, small, engine, 30)
    if learner == "reptile":
        from treemeta.learn.network import init_params

        config = replace(small_config, test_episodes=12, eval_inner_steps=30, inner_lr=0.01)
        good = init_params(config, generator(0))
    tasks = small.select("test")
    names = tuple(task.name for task in tasks)
    found = node_accuracies(
        Setting(config, small, engine), {"r": good, "r0": good, "r1": spoilt(good)}, tasks
    )
    nodes = [
        make_node("r", names, groups=(names, names), supports=(1.0, 1.0)),
        make_node("r0", names),
        make_node("r1", names),
    ]
    cells = gains_of(nodes, names, found).at()
    assert {cells["r1", task].mark for task in names} == {"-"}
    assert {(cells["r0", task].mark, cells["r0", task].gain) for task in names} == {("", 0.0)}
    assert {cells["r", task].gain for task in names} == {None}


def test_nodes_answer_the_same_episodes_as_an_exam_of_their_own(
    solved_config: Config, small: Dataset, engine: Engine
) -> None:
    inits = {name: fresh_init(solved_config, generator(i)) for i, name in enumerate(("r", "r0"))}
    tasks = small.select("all")[:3]
    found = node_accuracies(Setting(solved_config, small, engine), inits, tasks)
    assert found.shape == (2, 3, solved_config.test_episodes)
    for i, init in enumerate(inits.values()):
        setting, router = Setting(solved_config, small, engine), Router({"r": init}, {})
        exam = examine_all(setting, router, tasks, solved_config.test_episodes, ("gains",))
        assert np.allclose(found[i].mean(1), [exam[task.name].accuracy for task in tasks])
    alone = node_accuracies(Setting(solved_config, small, engine), {"r0": inits["r0"]}, tasks[1:2])
    assert np.array_equal(alone[0, 0], found[1, 1])


def test_a_task_too_small_for_an_episode_is_refused(
    solved_config: Config, small: Dataset, engine: Engine
) -> None:
    config = replace(solved_config, shots=9)
    with pytest.raises(DataError) as caught:
        node_accuracies(Setting(config, small, engine), {}, small.select("test"))
    assert "lower --shots or --queries" in sentence(caught)
