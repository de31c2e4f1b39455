"""Trees grown where splits and gains are planted."""

from collections.abc import Callable

import numpy as np

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.store.records import Node, Routed
from treemeta.tasks.dataset import Dataset
from treemeta.tree.grow import grow
from treemeta.tree.growth import Grown, Growth
from treemeta.tree.route import Fork, Router
from treemeta.tree.trial import Examined, Trial

Plant = Callable[[dict[str, bool]], list[str]]
Overhear = Callable[[str], list[Router]]


def examined(gain: float, _: Setting, __: Trainee, ___: Fork, trial: Trial) -> dict[str, Examined]:
    """Return what an examination finds where children gain so much, and no episode leaves its
    child."""
    found = {}
    for share, outcome in trial.children.items():
        kids = [child for child, _ in outcome.trained]
        routed = {
            task.name: Routed(1.0, {other.name: float(other is kid) for other in kids})
            for kid in kids
            for task in kid.tasks
        }
        found[share] = Examined(np.full(4, gain), routed)
    return found


def grown(config: Config, dataset: Dataset, engine: Engine) -> list[Grown]:
    return list(grow(Growth(Setting(config, dataset, engine), lambda _: None), {}))


def check_tree(config: Config, dataset: Dataset, nodes: list[Node]) -> None:
    """Check that leaves partition the tasks, that all paths have one length and that children have
    the support that their parent says."""
    by_name = {node.name: node for node in nodes}
    assert len(by_name) == len(nodes)
    leaves = [node for node in nodes if not node.groups]
    tasks = sorted(task for leaf in leaves for task in leaf.tasks)
    assert tasks == [task.name for task in dataset.select("train")]
    for node in nodes:
        assert [by_name[child].tasks for child in node.children] == list(node.groups)
        assert [by_name[child].support for child in node.children] == list(node.supports)
        if node.parent is not None:
            above = by_name[node.parent]
            assert node.start == above.start + above.meta_steps
        end = node.start + node.meta_steps
        assert end == config.meta_steps if not node.groups else end % config.split_every == 0
