"""How a grown tree fares on the tasks that it holds out."""

from collections.abc import Sequence
from dataclasses import replace

from treemeta.learn.setting import Setting
from treemeta.store.records import Routed
from treemeta.tasks.dataset import Dataset, Task
from treemeta.tree.evaluate import examine_all
from treemeta.tree.growth import Grown
from treemeta.tree.route import Router
from treemeta.tree.scale import with_scales


def examine_held_out(setting: Setting, grown: Sequence[Grown]) -> dict[str, Routed]:
    """Return how every held-out task fares, each episode routed by its own support."""
    config, dataset = setting.config, setting.dataset
    router = with_scales(setting, router_of(grown), tasks_of(dataset, grown))
    tasks, episodes = dataset.select("test"), config.test_episodes
    scored = examine_all(setting, router, tasks, episodes, ("test",))
    if not any(one.each for one in scored.values()):
        return scored
    others = examine_all(setting, router, tasks, episodes, ("choice",))
    return {task: replace(one, elsewhere=others[task].each) for task, one in scored.items()}


def router_of(grown: Sequence[Grown]) -> Router:
    """Return all nodes of a tree, and the forks between them."""
    return Router(
        {one.node.name: one.params for one in grown},
        {one.node.name: one.fork for one in grown if one.fork is not None},
    )


def tasks_of(dataset: Dataset, grown: Sequence[Grown]) -> dict[str, list[Task]]:
    """Return the tasks of every node."""
    return {one.node.name: [dataset.tasks[name] for name in one.node.tasks] for one in grown}
