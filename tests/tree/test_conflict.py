"""The rule, the gate and the route together, on planted questions: nothing is stood in for."""

from dataclasses import replace

import pytest

from treemeta.analysis.cuts import agreement
from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn.setting import Setting
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.sources import open_dataset
from treemeta.tree.grow import grow
from treemeta.tree.growth import Grown, Growth
from treemeta.tree.held_out import examine_held_out

CONFLICT = Config(
    dataset="glyphs:families=2,scripts=4,characters=12,drawings=12",
    questions="character+style,style", network="conv2", filters=8, meta_steps=80, max_depth=1,
    probe_episodes=24,
)  # fmt: skip
# Scripts of one family, each asked the same.
ACCORD = replace(
    CONFLICT, dataset="glyphs:families=1,scripts=12,characters=12,drawings=12",
    questions="character",
)  # fmt: skip


def grown(config: Config, engine: Engine) -> tuple[Dataset, list[Grown]]:
    dataset = open_dataset(config.dataset, config.split, config.transform, config.questions)
    return dataset, list(grow(Growth(Setting(config, dataset, engine), lambda _: None), {}))


def question_of(task: str) -> str:
    return task.partition("/")[2]


@pytest.mark.parametrize("seed", [0, 1])
def test_questions_that_conflict_become_leaves_that_unseen_tasks_find(
    seed: int, engine: Engine
) -> None:
    config = replace(CONFLICT, seed=seed)
    dataset, (root, *leaves) = grown(config, engine)
    (evidence,) = root.node.evidence
    assert agreement(root.node.groups, {name: question_of(name) for name in root.node.tasks}) == 1
    assert evidence.p_cut == 0.05
    assert evidence.gain_low is not None
    assert evidence.gain_low > 0
    leaf_of = {question_of(one.node.tasks[0]): one.node.name for one in leaves}
    routed = examine_held_out(Setting(config, dataset, engine), [root, *leaves])
    right = [one.shares.get(leaf_of[question_of(task)], 0) for task, one in routed.items()]
    assert sum(right) / len(right) > 0.9


@pytest.mark.parametrize("seed", [0, 1])
def test_tasks_that_are_asked_the_same_stay_together(seed: int, engine: Engine) -> None:
    _, (root,) = grown(replace(ACCORD, seed=seed), engine)
    (evidence,) = root.node.evidence
    assert not evidence.accepted
    assert evidence.p_cut is not None
    assert evidence.p_cut > ACCORD.level
    assert evidence.gain is None  # nothing was tried
