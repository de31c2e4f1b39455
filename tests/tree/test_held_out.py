from dataclasses import replace

from tests.conftest import SMALL
from treemeta.config import Config
from treemeta.declared import make_config
from treemeta.engine.local import Engine
from treemeta.learn.setting import Setting
from treemeta.tasks.dataset import Dataset
from treemeta.tree.evaluate import accuracies, examine_all
from treemeta.tree.grow import grow
from treemeta.tree.growth import Growth
from treemeta.tree.held_out import examine_held_out, router_of, tasks_of
from treemeta.tree.scale import with_scales

CONFIG = make_config(SMALL | {"rule": "always", "min_tasks": 1, "meta_steps": 6})


def test_held_out_tasks_are_those_of_role_test(small: Dataset, engine: Engine) -> None:
    setting = Growth(Setting(CONFIG, small, engine), lambda _: None)
    found = accuracies(examine_held_out(Setting(CONFIG, small, engine), list(grow(setting, {}))))
    assert list(found) == [task.name for task in small.select("test")]
    assert all(0 <= accuracy <= 1 for accuracy in found.values())


def test_a_node_is_chosen_by_other_episodes_than_it_is_scored_by(
    solved_config: Config, small: Dataset, engine: Engine
) -> None:
    config = replace(solved_config, rule="always", min_tasks=1, meta_steps=6)
    setting = Setting(config, small, engine)
    tree = list(grow(Growth(setting, lambda _: None), {}))
    found = examine_held_out(setting, tree)
    router = with_scales(setting, router_of(tree), tasks_of(small, tree))
    others = examine_all(setting, router, small.select("test"), config.test_episodes, ("choice",))
    assert {t: one.elsewhere for t, one in found.items()} == {t: o.each for t, o in others.items()}
    assert any(one.elsewhere != one.each for one in found.values())
