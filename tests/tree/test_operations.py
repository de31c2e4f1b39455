"""Costs counted by hand, on a tree of one cut."""

from dataclasses import replace

import pytest

from tests.conftest import SMALL_SOLVED
from tests.trees import make_node, make_tree
from treemeta.declared import make_config
from treemeta.store.evidence import Evidence, Forecast, Tried
from treemeta.store.records import Tree
from treemeta.tree.cost import multiply_adds
from treemeta.tree.foresight import affordable
from treemeta.tree.operations import answering_operations, training_operations

CONFIG = make_config(
    SMALL_SOLVED
    | {"ways": 3, "shots": 2, "queries": 1, "meta_batch_size": 5, "probe_episodes": 8}
    | {"test_episodes": 7}
)
IMAGE = multiply_adds(CONFIG)
EPISODE, SUPPORT = 9, 6


def tree_of(*evidence: Evidence, groups: tuple[tuple[str, ...], ...] = ()) -> Tree:
    """Return a root of four tasks, cut in two or not, that was probed as its leaves were."""
    tasks = ("a", "b", "c", "d")
    root = make_node("r", tasks, reliability=0.9, groups=groups, supports=(1.0,) * len(groups),
                     evidence=evidence)  # fmt: skip
    leaves = [make_node(f"r{i}", group) for i, group in enumerate(groups)]
    summary = {"meta_steps_total": 10.0, "trial_steps_total": 2.0}
    return make_tree(nodes=(root, *leaves), summary=summary)


HALVES = (("a", "b"), ("c", "d"))
STEPS = 12 * 5 * 3 * EPISODE  # a gradient is three passes
PROBE = 4 * 8 * 3 * EPISODE  # of four tasks; the two leaves of a cut are probed once more
REPTILE = replace(
    CONFIG, learner="reptile", route="direction", direction="head_solved", inner_batch_size=4,
    inner_steps=2,
)  # fmt: skip


def test_a_leaf_takes_its_steps_and_one_probe() -> None:
    assert training_operations(CONFIG, tree_of()) == (STEPS + PROBE) * IMAGE
    unprobed = tree_of()
    alone = replace(unprobed, nodes=(replace(unprobed.nodes[0], reliability=None),))
    assert training_operations(CONFIG, alone) == STEPS * IMAGE


def test_a_split_takes_a_probe_light_deals_and_a_gate() -> None:
    light = (1 + 19) * 4 * 2 * 3 * 3 * (2 + 1)
    weighed = Evidence(4, True, "so", 2, deals=19)
    plain = training_operations(CONFIG, tree_of(weighed, groups=HALVES))
    assert plain == (STEPS + 2 * PROBE + light) * IMAGE
    tried = (Tried("trunk", 0.1, 0, 0.2), Tried("none", 0.1, 0, 0.2))
    gated = replace(weighed, gain=0.1, tried=tried)
    # The node answers, then for either share both children, whose supports are read to route; their
    # scales are of two supports a task.
    exam = 4 * (7 * EPISODE + 2 * (7 * (2 * SUPPORT + 2 * EPISODE) + 2 * SUPPORT))
    found = training_operations(CONFIG, tree_of(gated, groups=HALVES))
    assert found - plain == exam * IMAGE
    told = replace(weighed, forecast=Forecast(0.1, 0, 0.2))
    episodes = affordable(CONFIG, 4, 4)
    foreseen = training_operations(CONFIG, tree_of(told, groups=HALVES))
    assert foreseen - plain == 4 * episodes * 3 * 3 * (2 + 1) * IMAGE


def test_routing_reads_the_support_with_every_leaf_and_answers_with_one() -> None:
    assert answering_operations(CONFIG, tree_of()) == EPISODE * IMAGE
    cut = tree_of(groups=HALVES)
    assert answering_operations(CONFIG, cut) == (2 * SUPPORT + EPISODE) * IMAGE
    mixed = replace(CONFIG, mix="soft")
    assert answering_operations(mixed, cut) == (2 * SUPPORT + 2 * EPISODE) * IMAGE
    inner = replace(CONFIG, candidates="nodes")
    assert answering_operations(inner, cut) == (3 * SUPPORT + EPISODE) * IMAGE
    assert answering_operations(CONFIG, tree_of(), members=3) == 3 * EPISODE * IMAGE


@pytest.mark.parametrize("steps", [0, 50])
def test_reptile_adapts_before_it_answers_and_asks_for_a_gradient_at_a_fork(steps: int) -> None:
    reptile = replace(REPTILE, eval_inner_steps=steps)
    adapted = 3 * steps * 4 + EPISODE
    assert answering_operations(reptile, tree_of()) == adapted * IMAGE
    cut = tree_of(groups=HALVES)
    assert answering_operations(reptile, cut) == (adapted + 3 * SUPPORT) * IMAGE
    unprobed = replace(tree_of(), nodes=(replace(tree_of().nodes[0], reliability=None),))
    assert training_operations(reptile, unprobed) == 12 * 5 * 3 * 2 * 4 * IMAGE


def test_at_reptile_s_gate_every_answer_is_adapted_first() -> None:
    asked = Evidence(4, True, "so", 2)
    plain, gated = (
        training_operations(REPTILE, tree_of(one, groups=HALVES))
        for one in (asked, replace(asked, gain=0.1))
    )
    answer = 3 * REPTILE.eval_inner_steps * 4 + EPISODE
    assert gated - plain == 4 * 7 * (2 * answer + 3 * SUPPORT) * IMAGE
