from tests.conftest import SMALL
from treemeta.declared import make_config
from treemeta.engine.local import Engine
from treemeta.learn.setting import Setting
from treemeta.tasks.dataset import Dataset
from treemeta.tree.evaluate import accuracies
from treemeta.tree.grow import grow
from treemeta.tree.growth import Growth
from treemeta.tree.held_out import examine_held_out

CONFIG = make_config(SMALL | {"rule": "always", "min_tasks": 1, "meta_steps": 6})


def test_held_out_tasks_are_those_of_role_test(small: Dataset, engine: Engine) -> None:
    setting = Growth(Setting(CONFIG, small, engine), lambda _: None)
    found = accuracies(examine_held_out(Setting(CONFIG, small, engine), list(grow(setting, {}))))
    assert list(found) == [task.name for task in small.select("test")]
    assert all(0 <= accuracy <= 1 for accuracy in found.values())
