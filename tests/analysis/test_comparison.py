from dataclasses import replace

import numpy as np
import pytest

from tests.analysis.planted import CONFIG, TRUTH, cut_entry, make_entry
from treemeta.analysis.comparison import Entry, compare, grouped
from treemeta.analysis.costs import Compute
from treemeta.report.arms_text import arms_text

TASKS = tuple(f"{name}/{kind}" for name in "abcdef" for kind in "xy")


def noisy(seed: int) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    return {task: float(rng.normal(0.6, 0.2)) for task in TASKS}


def shifted(base: dict[str, float], by: float, noise: float, seed: int) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    return {task: value + by + float(rng.normal(0, noise)) for task, value in base.items()}


def test_a_planted_gain_is_found_where_only_pairing_can_tell() -> None:
    covered, found = 0, []
    for trial in range(60):
        entries = []
        for seed in range(3):
            base = noisy(100 * trial + seed)
            entries += [
                make_entry("joint", base, seed),
                make_entry("tree", shifted(base, 0.05, 0.02, seed + 7 * trial), seed),
            ]
        gain = compare(entries, {}, {}).against("joint")
        assert gain is not None
        covered += gain.low <= 0.05 <= gain.high
        found.append(gain)
    assert covered >= 48
    assert all(0.02 < gain.low < gain.high < 0.084 for gain in found)
    whole = compare(entries, {}, {})
    assert whole.arms["joint"].high - whole.arms["joint"].low > 0.1


def test_alike_arms_differ_by_nothing_at_all() -> None:
    entries = [make_entry(arm, noisy(s), s) for arm in ("tree", "random", "oracle") for s in (0, 1)]
    for one in compare(entries, TRUTH, {}).differences:
        assert (one.gain.mean, one.gain.low, one.gain.high) == (0, 0, 0)


def test_an_arm_that_lacks_a_repeat_may_lack_a_group() -> None:
    one, other = {"a/x": 0.5, "b/y": 0.6}, {"c/x": 0.7, "d/x": 0.8}
    entries = [make_entry(arm, one, 0) for arm in ("tree", "joint")]
    entries += [make_entry(arm, other, 1) for arm in ("tree", "joint", "random")]
    found = compare(entries, {**TRUTH, "a/x": "x", "b/y": "y", "c/x": "x", "d/x": "x"}, {})
    assert {arm: set(means) for arm, means in found.groups.items()} == {
        "tree": {"x", "y"}, "joint": {"x", "y"}, "random": {"x"},
    }  # fmt: skip
    groups = [d.group for d in found.differences if (d.arm, d.against) == ("tree", "random")]
    assert groups == [None, "x"]
    lines = arms_text(found).splitlines()
    row = next(line for line in lines if line.startswith("random"))
    head = next(line for line in lines if line.startswith("arm "))
    assert row[head.index(" y ") + 1 :].startswith(" ")


def test_the_order_of_tasks_is_no_matter() -> None:
    ways = []
    for order in (list, lambda items: list(reversed(items))):
        accuracy = {arm: dict(order(noisy(n).items())) for n, arm in enumerate(("tree", "joint"))}
        ways.append(compare([make_entry(arm, one) for arm, one in accuracy.items()], TRUTH, {}))
    assert ways[0] == ways[1]


def test_all_pairs_are_there_with_their_groups() -> None:
    arms = ("joint", "joint-equal-compute", "tree", "random", "oracle")
    found = compare([make_entry(arm, noisy(1)) for arm in arms], TRUTH, {})
    pairs = [("tree", arm) for arm in arms if arm != "tree"]
    pairs += [("random", "joint-equal-compute"), ("oracle", "tree")]
    assert [(d.arm, d.against, d.group) for d in found.differences] == [
        (*pair, group) for pair in pairs for group in (None, "x", "y")
    ]
    of_y = np.mean([noisy(1)[task] for task in TASKS if task.endswith("y")])
    assert found.groups["joint"]["y"] == pytest.approx(of_y)


def test_only_seeds_of_both_are_paired() -> None:
    one, other = noisy(1), noisy(2)
    entries = [make_entry("tree", one, 0), make_entry("tree", other, 1)]
    entries.append(make_entry("joint", shifted(other, -0.5, 0, 0), 1))
    found = compare(entries, {}, {"joint": "with seed 0 for a reason"})
    gain = found.against("joint")
    assert gain is not None
    assert gain.mean == pytest.approx(0.5)
    assert found.seeds == (0, 1)
    assert found.trees == {"tree": ["tree-0", "tree-1"], "joint": ["joint-1"]}


def test_leaves_are_chosen_by_other_episodes_and_scored_by_the_test_s() -> None:
    assert cut_entry("tree").accuracy() == {"c/x": 0.7, "d/y": 0.6}
    assert cut_entry("best-leaf").accuracy() == {"c/x": 0.75, "d/y": 0.6}
    assert cut_entry("wrong-leaf").accuracy() == {"c/x": 0.5, "d/y": 0.65}


def test_of_numbers_the_best_leaf_is_that_of_least_error() -> None:
    numbers = {"config": CONFIG | {"targets": "numbers"}}
    for arm, other in (("best-leaf", "wrong-leaf"), ("wrong-leaf", "best-leaf")):
        assert cut_entry(arm, **numbers).accuracy() == cut_entry(other).accuracy()


def test_compute_is_all_that_was_trained_on_average_over_repeats() -> None:
    tree: Entry = cut_entry("tree")
    joint = [make_entry("joint", {"c/x": 0.3 + 0.4 * seed, "d/y": 0.6}, seed) for seed in (0, 1)]
    found = compare([tree, joint[0], replace(joint[1], probe_seconds=4.0)], TRUTH, {})
    assert found.compute == {
        "tree": Compute(100, 14 * 3, 0, 1e6, 1e3),
        "joint": Compute(100, 8 * 3, 2.0, 1e6, 1e3),
    }
    assert found.tasks["joint"] == pytest.approx({"c/x": 0.5, "d/y": 0.6})


def test_groups_are_those_of_which_truth_knows_several() -> None:
    assert grouped(["d/y", "c/x", "c/y"], TRUTH) == {"x": ["c/x"], "y": ["c/y", "d/y"]}
    assert grouped(["c/x", "d/x"], TRUTH) == {}
    assert grouped(["c/x", "z/y"], TRUTH) == {}


def test_the_table_says_what_arms_reach_and_what_the_tree_gains() -> None:
    entries = [make_entry(arm, noisy(s), s) for arm, s in (("joint", 0), ("tree", 1))]
    entries[0] = replace(entries[0], repeat=entries[1].repeat)
    found = compare(entries, {}, {})
    table, gain = found.table, found.against("joint")
    assert gain is not None
    assert list(table.index) == ["joint", "tree"]
    assert list(table.columns[:6]) == ["accuracy", "low", "high", "gain", "gain_low", "gain_high"]
    assert table.loc["joint", "gain"] == gain.mean
    assert table.loc["joint", "accuracy"] + gain.mean == pytest.approx(
        table.loc["tree", "accuracy"]
    )
    assert np.isnan(table.loc["tree", "gain"])
    assert table.loc["tree", "training_episodes"] == found.compute["tree"].training_episodes
