from dataclasses import replace
from pathlib import Path

import pytest

from tests.analysis.planted import TRUTH, cut_entry, make_entry
from treemeta.analysis.comparison import Comparison, compare
from treemeta.analysis.costs import Cost
from treemeta.report.arms_text import arms_text, verdict_of

GOLDEN = Path(__file__).parent / "golden"
ENTRIES = [
    make_entry("joint", {"c/x": 0.4, "d/y": 0.5}),
    make_entry("joint-equal-compute", {"c/x": 0.5, "d/y": 0.7}),
    replace(cut_entry("tree"), probe_seconds=12.34),
    cut_entry("best-leaf"),
]


def whole() -> Comparison:
    return compare(ENTRIES, TRUTH, {"oracle": "no truth tells"})


@pytest.mark.parametrize("which", ["truth", "plain"])
def test_a_comparison_is_printed_like_this(which: str) -> None:
    plain = compare([*ENTRIES[:1], make_entry("tree", {"c/x": 0.3, "d/y": 0.4})], {}, {})
    text = arms_text(whole() if which == "truth" else plain)
    assert text + "\n" == (GOLDEN / f"arms-{which}.txt").read_text(encoding="utf-8")


def test_costs_are_multiples_of_the_least() -> None:
    joint = ENTRIES[0]
    tree = replace(cut_entry("tree"), cost=Cost(150, 3.5e6, 1e3))
    rows = [line.split() for line in arms_text(compare([joint, tree], TRUTH, {})).splitlines()]
    assert ["times", "the", "least", "parameters", "to", "train", "to", "answer"] in rows
    assert ["joint", "1.00", "1.00", "1.00"] in rows
    assert ["tree", "1.50", "3.50", "1.00"] in rows


def test_one_task_is_no_interval() -> None:
    alone = arms_text(compare([make_entry("joint", {"c/x": 0.4})], {}, {}))
    assert alone.startswith(
        "accuracy on 1 held-out task, seed 0; of one task intervals tell nothing"
    )


def test_what_is_untrained_takes_nothing_and_is_no_unit() -> None:
    scratch = replace(make_entry("scratch", {"c/x": 0.2}), cost=Cost(100, 0.0, 1e3))
    joint = replace(make_entry("joint", {"c/x": 0.4}), cost=Cost(100, 1e6, 1e3))
    tree = replace(make_entry("tree", {"c/x": 0.5}), cost=Cost(100, 2e6, 1e3))
    text = arms_text(compare([scratch, joint, tree], {}, {}))
    rows = [line.split() for line in text.splitlines()]
    for row in (["scratch", "1.00", "0.00"], ["joint", "1.00", "1.00"], ["tree", "1.00", "2.00"]):
        assert [*row, "1.00"] in rows


def verdict_over(*gains: float) -> str:
    trees = make_entry("tree", {f"t{i}/x": 0.5 + gain for i, gain in enumerate(gains)})
    joint = make_entry("joint", {f"t{i}/x": 0.5 for i in range(len(gains))})
    return str(verdict_of(compare([trees, joint], {}, {})))


def test_a_verdict_owns_up_to_chance_and_needs_both_arms() -> None:
    sure = "the tree gains +0.150 (+0.102 to +0.198) over one shared init"
    assert verdict_over(0.1, 0.2, 0.1, 0.2, 0.1, 0.2, 0.1, 0.2) == sure
    assert verdict_over(0.1, -0.2, 0.1, 0.2, -0.1).endswith("no more than chance may do")
    for few in ((0.1,), (0.1, 0.1), (0.1, 0.2, 0.1)):
        assert verdict_over(*few).endswith(f"so few tasks ({len(few)}) that chance may do as much")
    assert verdict_of(compare(ENTRIES[1:], {}, {})) is None
    assert "minus" not in arms_text(compare(ENTRIES[:2], {}, {}))


def test_intervals_say_of_how_many_tasks_they_are() -> None:
    for count, sure in ((2, "2 tasks: rough"), (7, "7 tasks: rough"), (8, "8 tasks")):
        entry = make_entry("joint", {f"t{i}/x": 0.5 for i in range(count)})
        head = arms_text(compare([entry], {}, {})).splitlines()[0]
        assert head.endswith(f"; intervals are of 95 %, over n = {sure}")


def test_task_splits_are_told_apart() -> None:
    entries = [cut_entry("tree"), make_entry("tree", {"e/x": 0.5}, split=2)]
    text = arms_text(compare(entries, TRUTH, {}))
    assert text.startswith("accuracy on 3 held-out tasks in 2 task splits, seed 0;")
    assert "task split 0, seed 0: cut into 2 leaves" in text
    assert "task split 2, seed 0: no cut" in text
