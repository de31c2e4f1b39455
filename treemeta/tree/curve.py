"""The test curve: how held-out tasks fare at steps of the path, by the inits that were alive."""

from collections.abc import Mapping, Sequence

from treemeta.learn.params import Params
from treemeta.learn.setting import Setting
from treemeta.store.records import Point
from treemeta.tree.evaluate import accuracies, examine_all
from treemeta.tree.growth import Grown
from treemeta.tree.held_out import tasks_of
from treemeta.tree.route import Router
from treemeta.tree.scale import with_scales
from treemeta.tree.stretch import path_end


def curve_of(
    setting: Setting, grown: Sequence[Grown], whole: Mapping[str, float]
) -> tuple[Point, ...]:
    """Return a point for every ``eval_every`` steps of the path, examined on the test's own
    episodes; none where the config asks for none or nothing is held out. At the path's end it is
    ``whole``, each held-out task's accuracy by the whole tree."""
    config, dataset = setting.config, setting.dataset
    tasks = dataset.select("test")
    if not config.eval_every or not tasks:
        return ()
    steps = range(config.eval_every, path_end(config) + 1, config.eval_every)
    points = []
    for step in steps:
        if step == path_end(config):
            points.append(Point(step, dict(whole)))
            continue
        router = with_scales(setting, alive(grown, step), tasks_of(dataset, grown))
        routed = examine_all(setting, router, tasks, config.test_episodes, ("test",))
        points.append(Point(step, accuracies(routed)))
    return tuple(points)


def alive(grown: Sequence[Grown], step: int) -> Router:
    """Return the nodes that were in training at a step, and the forks above them: a node lives
    after the step at which its parent split, up to and with its last."""
    inits: dict[str, Params] = {}
    forks = {}
    for one in grown:
        end = one.node.end
        if end < step and one.node.groups:
            inits[one.node.name] = one.params
            if one.fork is not None:
                forks[one.node.name] = one.fork
        elif one.node.start < step <= end:
            inits[one.node.name] = dict(one.snapshots)[step]
    return Router(inits, forks)
