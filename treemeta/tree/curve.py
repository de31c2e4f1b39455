"""The test curve: how held-out tasks fare at steps of the path, by the inits that were alive."""

from collections.abc import Mapping, Sequence

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn.params import Params
from treemeta.store.records import Point
from treemeta.tasks.dataset import Dataset, Task
from treemeta.tree.evaluate import accuracies, examine_all
from treemeta.tree.grow import Grown
from treemeta.tree.route import Router
from treemeta.tree.scale import with_scales
from treemeta.tree.stretch import path_end


def curve_of(
    config: Config,
    dataset: Dataset,
    grown: Sequence[Grown],
    whole: Mapping[str, float],
    engine: Engine,
) -> tuple[Point, ...]:
    """Return a point for every ``eval_every`` steps of the path, examined on the test's own
    episodes; none where the config asks for none or nothing is held out. At the path's end it is
    ``whole``, each held-out task's accuracy by the whole tree."""
    tasks = dataset.select("test")
    if not config.eval_every or not tasks:
        return ()
    steps = range(config.eval_every, path_end(config) + 1, config.eval_every)
    found = []
    for step in steps:
        if step == path_end(config):
            found.append(Point(step, dict(whole)))
            continue
        router = with_scales(config, dataset, alive(grown, step), tasks_of(dataset, grown), engine)
        routed = examine_all(
            config, dataset, router, tasks, config.test_episodes, ("test",), engine
        )
        found.append(Point(step, accuracies(routed)))
    return tuple(found)


def tasks_of(dataset: Dataset, grown: Sequence[Grown]) -> dict[str, list[Task]]:
    """Return the tasks of every node."""
    return {one.node.name: [dataset.tasks[name] for name in one.node.tasks] for one in grown}


def alive(grown: Sequence[Grown], step: int) -> Router:
    """Return the nodes that were in training at a step, and the forks above them: a node lives
    after the step at which its parent split, up to and with its last."""
    inits: dict[str, Params] = {}
    forks = {}
    for one in grown:
        end = one.node.start + one.node.meta_steps
        if end < step and one.node.groups:
            inits[one.node.name] = one.params
            if one.fork is not None:
                forks[one.node.name] = one.fork
        elif one.node.start < step <= end:
            inits[one.node.name] = dict(one.snapshots)[step]
    return Router(inits, forks)
