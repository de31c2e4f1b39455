from dataclasses import replace
from itertools import chain
from types import SimpleNamespace
from typing import Literal

import numpy as np
import pytest

from tests.tree.planted import planted_probe
from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn.learner import fresh_init
from treemeta.learn.network import init_params
from treemeta.learn.params import Params
from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.randomness import generator
from treemeta.store.evidence import Evidence
from treemeta.tasks.dataset import Dataset, Task
from treemeta.tasks.episode import deal
from treemeta.tasks.sources import open_dataset
from treemeta.tree import split as split_module
from treemeta.tree.conflict import View
from treemeta.tree.evidence import Statistics, stability, statistics
from treemeta.tree.probe import probe
from treemeta.tree.products import gram, products
from treemeta.tree.propose import Proposal
from treemeta.tree.split import Split, reconcile, split_of, weigh_split


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


def weighed(
    config: Config, dataset: Dataset, params: Params, tasks: list[Task], engine: Engine
) -> tuple[Split | None, Evidence]:
    setting, node = Setting(config, dataset, engine), Trainee("r", 2, params, tuple(tasks))
    seen = probe(setting, params, tasks, config.probe_episodes, ("r",))
    return weigh_split(setting, node, seen)


def test_planted_families_are_recovered_exactly(
    config: Config, families: Dataset, params: Params, engine: Engine
) -> None:
    tasks = families.select("train")
    split, evidence = weighed(config, families, params, tasks, engine)
    assert split is not None
    found = {frozenset(families.lineage[name] for name in group) for group in split.groups}
    assert [len(one) for one in found] == [1, 1, 1]
    assert sorted(name for group in split.groups for name in group) == [t.name for t in tasks]
    assert evidence.p_cut == evidence.p_variance == 0.05
    assert min(split.supports) > 0.9
    assert evidence.proposed == split.groups


@pytest.mark.parametrize("number", range(4))
def test_pseudo_alphabets_are_refused(
    config: Config, families: Dataset, params: Params, engine: Engine, number: int
) -> None:
    dealt = deal(families, families.select("train"), generator(7, "pseudo", number))
    split, evidence = weighed(config, families, params, dealt, engine)
    assert split is None
    assert not evidence.accepted
    assert max(evidence.p_cut or 0, evidence.p_variance or 0) > 0.05
    assert evidence.deals == 19
    assert len(evidence.proposed) == evidence.children
    assert sorted(chain(*evidence.proposed)) == sorted(task.name for task in dealt)


def test_rule_always_splits_dealt_classes_too(
    config: Config, families: Dataset, params: Params, engine: Engine
) -> None:
    always = replace(config, rule="always")
    dealt = deal(families, families.select("train"), generator(0))
    split, evidence = weighed(always, families, params, dealt, engine)
    assert split is not None
    assert evidence.p_cut is None
    assert min(len(group) for group in split.groups) >= always.min_tasks


def test_no_split_is_of_a_number_that_loses_to_every_deal(monkeypatch: pytest.MonkeyPatch) -> None:
    config = Config(min_tasks=3, max_children=3)
    seen = planted_probe(np.arange(12) % 2, generator(0), signal=3.0)  # two groups, surely
    observed = statistics(products(gram(seen)), range(2, 4), config)
    rng = generator(1)
    off = np.array([0.05, -0.3])  # which dealt classes do better still; three they do worse
    deals = [Statistics(0.0, observed.cohesions + off + 0.01 * rng.random(2)) for _ in range(19)]
    monkeypatch.setattr(split_module, "seen_as_deals", lambda *_: gram(seen))
    monkeypatch.setattr(split_module, "deal_statistics", lambda *_, **__: deals)
    trainee = Trainee("r", 750, {}, tuple(Task(name, (0,)) for name in seen.tasks))
    found, evidence = weigh_split(SimpleNamespace(config=config), trainee, seen)  # type: ignore[arg-type]
    assert (found, evidence.accepted, evidence.children) == (None, False, 3)
    assert "does not reappear" in evidence.reason


def test_too_few_tasks_are_refused_with_the_reason(
    config: Config, families: Dataset, params: Params, engine: Engine
) -> None:
    split, evidence = weighed(config, families, params, families.select("train")[:3], engine)
    assert split is None
    assert evidence.reason == "3 tasks make no two children of 2"


def test_the_order_of_the_tasks_changes_nothing(
    small_config: Config, small: Dataset, engine: Engine
) -> None:
    init = init_params(small_config, generator(0))
    tasks = small.select("train")
    shuffled = [tasks[i] for i in generator(1).permutation(len(tasks))]
    assert shuffled != tasks
    assert weighed(small_config, small, init, shuffled, engine) == weighed(
        small_config, small, init, tasks, engine
    )


# Conflict

FAMILIES = np.repeat([0, 1, 2, 3], 3)
NAMES = tuple(f"t{i:02d}" for i in range(12))


def proposed(*points: float) -> tuple[Proposal, list[View]]:
    """Return four proposed children, and a view of them with gradients on a line."""
    ones = np.ones(4)
    at = np.repeat(points, 3)
    return Proposal(FAMILIES, (FAMILIES,) * 2, ones, ones), [View(np.outer(at, at), FAMILIES)]


def test_children_that_do_not_conflict_are_one() -> None:
    split, evidence = reconcile(NAMES, *proposed(1, -2, 3, -1), Evidence(2, True, "structure", 4))
    assert split is not None
    assert split.groups == (NAMES[0:3] + NAMES[6:9], NAMES[3:6] + NAMES[9:12])
    assert split.supports == (1.0, 1.0)
    assert (evidence.children, evidence.merged) == (2, ((0, 2), (1, 3)))
    (kept,) = evidence.kept
    assert (kept.a, kept.b, kept.cosine) == (0, 1, -1.0)  # of 2 and -1.5, on a line


def test_what_reappears_is_told_of_the_children_that_there_are() -> None:
    # When episodes are drawn again, two proposed children mingle that are one in the end.
    mingled = np.array([0, 0, 2, 1, 1, 1, 2, 2, 0, 3, 3, 3])
    _, views = proposed(1, -2, 3, -1)
    proposal = Proposal(FAMILIES, (mingled,) * 2, *stability(FAMILIES, (mingled,) * 2))
    asked = Evidence(2, True, "structure", 4, stability=proposal.steadiness)
    split, evidence = reconcile(NAMES, proposal, views, asked)
    assert split is not None
    assert (asked.stability, evidence.stability) == (0.5, 1.0)


def test_what_supports_a_group_is_how_often_just_it_reappears() -> None:
    labels = np.array([0, 0, 0, 1, 1, 1])
    again = tuple(np.array(cut) for cut in ([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 1, 1], labels, labels))
    proposal = Proposal(labels, again, *stability(labels, again))
    split = split_of(tuple("abcdef"), proposal)
    assert split.supports == (0.75, 0.75)
    assert split.regrouped(split.groups) == split
    moved = split.regrouped((("a", "b"), ("c", "d", "e", "f")))
    assert (moved.supports, moved.share) == ((0.25, 0.25), split.share)
    assert split.regrouped((("a", "c"), ("b", "d", "e", "f"))).supports == (0, 0)


def test_tasks_that_only_differ_stay_together() -> None:
    split, evidence = reconcile(NAMES, *proposed(1, 2, 3, 4), Evidence(2, True, "structure", 4))
    assert split is None
    assert not evidence.accepted
    assert evidence.reason == "tasks differ, but do not conflict"
    assert (evidence.children, evidence.merged) == (4, ((0, 1, 2, 3),))


def test_children_that_all_conflict_are_left_alone() -> None:
    proposal, _ = proposed(1, 1, 1, 1)
    corners = np.eye(4) - 1 / 4  # of a simplex: each away from all others
    view = View((corners @ corners.T)[np.ix_(FAMILIES, FAMILIES)], FAMILIES)
    split, evidence = reconcile(NAMES, proposal, [view], Evidence(2, True, "", 4))
    assert split is not None
    assert len(split.groups) == evidence.children == 4
    assert evidence.merged == evidence.kept == ()


@pytest.mark.parametrize("rule", ["evidence", "always"])
def test_a_proposed_split_records_its_conflicts(
    config: Config, families: Dataset, engine: Engine, rule: Literal["evidence", "always"]
) -> None:
    solved = replace(config, learner="solved", direction="meta_gradient", rule=rule)
    params = fresh_init(solved)
    split, evidence = weighed(solved, families, params, families.select("train"), engine)
    k = evidence.children or 0
    assert len(evidence.conflicts) == k * (k - 1) // 2 > 0
    # Untrained, an init is pulled the same way by all: whatever tells tasks apart, none conflict.
    assert all(one.cosine is not None and one.cosine > 0 for one in evidence.conflicts)
    assert (split is None) == (rule == "evidence")


def test_other_directions_are_no_gradients_of_what_is_trained(
    config: Config, families: Dataset, params: Params, engine: Engine
) -> None:
    _, evidence = weighed(config, families, params, families.select("train"), engine)
    assert evidence.conflicts == ()
