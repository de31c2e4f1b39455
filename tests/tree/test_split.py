from dataclasses import replace

import numpy as np
import pytest

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn.network import init_params
from treemeta.learn.params import Params
from treemeta.randomness import generator
from treemeta.store.records import Evidence
from treemeta.tasks.dataset import Dataset, Task
from treemeta.tasks.episode import deal
from treemeta.tasks.sources import open_dataset
from treemeta.tree.evidence import Comparison
from treemeta.tree.probe import probe
from treemeta.tree.split import Split, ask_split, objection_to


@pytest.fixture(scope="module")
def families(data_folder: object) -> Dataset:
    # With few characters a script's own draw outweighs its family; 20 are the default.
    return open_dataset("glyphs:families=3,scripts=4,characters=20,drawings=6")


@pytest.fixture(scope="module")
def config(small_config: Config) -> Config:
    return replace(
        small_config, ways=5, shots=3, queries=3, filters=16, probe_episodes=12, max_children=4,
        resamples=20,
    )  # fmt: skip


@pytest.fixture(scope="module")
def params(config: Config) -> Params:
    return init_params(config, generator(0))


def ask(
    config: Config, dataset: Dataset, params: Params, tasks: list[Task], engine: Engine
) -> tuple[Split | None, Evidence]:
    seen = probe(config, dataset, params, tasks, config.probe_episodes, ("r",), engine)
    return ask_split(config, dataset, params, tasks, seen, "r", 2, engine)


def test_planted_families_are_recovered_exactly(
    config: Config, families: Dataset, params: Params, engine: Engine
) -> None:
    tasks = families.select("train")
    split, evidence = ask(config, families, params, tasks, engine)
    assert split is not None
    found = {frozenset(families.lineage[name] for name in group) for group in split.groups}
    assert [len(one) for one in found] == [1, 1, 1]
    assert sorted(name for group in split.groups for name in group) == [t.name for t in tasks]
    assert evidence.p_cut == evidence.p_variance == 0.05
    assert min(split.supports) > 0.9


@pytest.mark.parametrize("number", range(4))
def test_pseudo_alphabets_are_refused(
    config: Config, families: Dataset, params: Params, engine: Engine, number: int
) -> None:
    dealt = deal(families, families.select("train"), generator(7, "pseudo", number))
    split, evidence = ask(config, families, params, dealt, engine)
    assert split is None
    assert not evidence.accepted
    assert max(evidence.p_cut or 0, evidence.p_variance or 0) > 0.05
    assert evidence.deals == 19


def test_rule_always_splits_dealt_classes_too(
    config: Config, families: Dataset, params: Params, engine: Engine
) -> None:
    always = replace(config, rule="always")
    dealt = deal(families, families.select("train"), generator(0))
    split, evidence = ask(always, families, params, dealt, engine)
    assert split is not None
    assert evidence.p_cut is None
    assert min(len(group) for group in split.groups) >= always.min_tasks


def test_too_few_tasks_are_refused_with_the_reason(
    config: Config, families: Dataset, params: Params, engine: Engine
) -> None:
    split, evidence = ask(config, families, params, families.select("train")[:3], engine)
    assert split is None
    assert evidence.reason == "3 tasks make no two children of 2"


@pytest.mark.parametrize(
    ("p_variance", "p_cut", "stability", "objection"),
    [
        (0.05, 0.05, 0.5, None),
        (0.10, 0.05, 0.9, "tasks differ no more than dealt classes do"),
        (0.05, 0.10, 0.9, "the best cut is no better than that of dealt classes"),
        (0.05, 0.05, 0.4, "a child does not reappear when episodes are drawn again"),
    ],
)
def test_each_question_can_refuse(
    p_variance: float, p_cut: float, stability: float, objection: str | None
) -> None:
    comparison = Comparison(np.array([1.0]), p_variance, p_cut)
    config = Config(learner="reptile")
    assert objection_to(config, comparison, np.array([0.95, stability])) == objection


def test_mixtures_that_vary_more_than_tasks_do_not_refuse_a_cut_of_meta_gradients() -> None:
    steady, config = np.array([0.95, 0.8]), Config()
    assert objection_to(config, Comparison(np.array([1.0]), 1.0, 0.05), steady) is None
    assert "best cut" in str(objection_to(config, Comparison(np.array([1.0]), 1.0, 0.1), steady))
    assert "reappear" in str(
        objection_to(config, Comparison(np.array([1.0]), 1.0, 0.05), steady / 2)
    )


def test_the_order_of_the_tasks_changes_nothing(
    small_config: Config, small: Dataset, engine: Engine
) -> None:
    init = init_params(small_config, generator(0))
    tasks = small.select("train")
    shuffled = [tasks[i] for i in generator(1).permutation(len(tasks))]
    assert shuffled != tasks
    assert ask(small_config, small, init, shuffled, engine) == ask(
        small_config, small, init, tasks, engine
    )
