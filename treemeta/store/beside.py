"""The arms of a comparison that stand beside a tree: other trainings on the same tasks, which
answered the same episodes."""

from collections.abc import Mapping
from typing import Any

from treemeta.store.read import read_started, read_tree
from treemeta.store.records import Tree
from treemeta.store.registry import Registry
from treemeta.store.runs import COMMIT, CONTROL, tree_runs

ONE_INIT = ("joint", "joint-equal-compute", "joint-wide", "joint-reweighted", "joint-pcgrad")
# In what the settings of such an arm may differ from those of the tree.
THEIR_OWN = ("arm", "control", "focus", "meta_steps", "filters", "surgery", "eval_every")


def one_init_beside(registry: Registry, tree: Tree) -> dict[str, Tree]:
    """Return the finished arms of one init that stand beside a tree in its experiment, by name; of
    several of a name the one that does best on the tasks that it was trained on. Beside an arm of
    one init nothing stands: it is what others are held against."""
    if tree.config.get("control", tree.config.get("arm")) in ONE_INIT:
        return {}
    found: dict[str, Tree] = {}
    where = registry.client.get_run(tree.id).info.experiment_id
    for run in tree_runs(registry):
        arm = run.data.tags.get(CONTROL, "")
        if run.info.experiment_id != where or arm not in ONE_INIT or COMMIT not in run.data.tags:
            continue
        settings = read_started(registry, run.info.run_id).config
        if _shared(settings) != _shared(tree.config):
            continue
        one = read_tree(registry, run.info.run_id)
        found[arm] = max(found.get(arm, one), one, key=lambda tree: tree.merit)
    return {arm: found[arm] for arm in ONE_INIT if arm in found}


def _shared(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if name not in THEIR_OWN}
