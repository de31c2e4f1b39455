"""Trees grown where splits and gains are planted."""

from collections.abc import Callable

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn.setting import Setting
from treemeta.store.records import Node
from treemeta.tasks.dataset import Dataset
from treemeta.tree.grow import grow
from treemeta.tree.growth import Grown, Growth

Plant = Callable[[dict[str, bool]], list[str]]


def grown(config: Config, dataset: Dataset, engine: Engine) -> list[Grown]:
    return list(grow(Growth(Setting(config, dataset, engine), lambda _: None), {}))


def check_tree(config: Config, dataset: Dataset, nodes: list[Node]) -> None:
    """Check that leaves partition the tasks and that all paths have one length."""
    by_name = {node.name: node for node in nodes}
    assert len(by_name) == len(nodes)
    leaves = [node for node in nodes if not node.groups]
    tasks = sorted(task for leaf in leaves for task in leaf.tasks)
    assert tasks == [task.name for task in dataset.select("train")]
    for node in nodes:
        assert [by_name[child].tasks for child in node.children] == list(node.groups)
        if node.parent is not None:
            above = by_name[node.parent]
            assert node.start == above.start + above.meta_steps
        end = node.start + node.meta_steps
        assert end == config.meta_steps if not node.groups else end % config.split_every == 0
