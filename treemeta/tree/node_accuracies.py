"""How every node of a tree fares on every task, episode by episode: what gains are told from."""

from collections.abc import Mapping

import numpy as np

from treemeta.learn.params import Params
from treemeta.learn.setting import Setting
from treemeta.tasks.dataset import Task, check_enough
from treemeta.tree.evaluate import Exam, examine_episode
from treemeta.tree.route import Router


def node_accuracies(setting: Setting, inits: Mapping[str, Params], tasks: list[Task]) -> np.ndarray:
    """Return accuracies ``float64[nodes, tasks, episodes]``, the nodes in the order of ``inits``.

    All nodes answer the same ``test_episodes`` episodes of a task, at addresses of their own,
    so that nodes can be compared episode by episode and nothing was chosen by these. Raises
    ``DataError`` for a task that cannot fill an episode.
    """
    config, dataset = setting.config, setting.dataset
    check_enough(dataset, tasks, config.ways, config.shots + config.queries)
    units = [
        Exam(
            config, dataset, Router({name: init}, {}), task, config.test_episodes,
            ("gains", task.name),
        )
        for name, init in inits.items()
        for task in tasks
    ]  # fmt: skip
    shares = np.array(setting.engine.map(sit, units), dtype=np.float64)
    return shares.reshape(len(inits), len(tasks), config.test_episodes)


def sit(exam: Exam) -> list[float]:
    """Return the accuracy of each episode of an exam."""
    return [examine_episode(exam, number).accuracy for number in range(exam.episodes)]
