from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.analysis.planted import TRAINED, TRUTH, cut_entry, make_entry
from treemeta.analysis.cuts import agreement, cuts_of, majority, routing_of


def test_a_perfect_cut_agrees_by_one_and_none_by_nought() -> None:
    assert agreement((TRAINED[::2], TRAINED[1::2]), TRUTH) == 1
    assert agreement((TRAINED[1::2], TRAINED[::2]), TRUTH) == 1
    assert agreement((TRAINED,), TRUTH) == 0
    assert agreement((TRAINED[:2], TRAINED[2:]), TRUTH) == pytest.approx(-0.5)
    assert agreement((TRAINED[::2], TRAINED[1::2]), {}) is None


def test_every_seed_has_its_cut() -> None:
    cut, uncut = cut_entry("tree").tree, make_entry("tree", {"c/x": 0.5}).tree
    found = cuts_of({(1, 0): uncut, (0, 1): cut, (0, 0): uncut}, TRUTH)
    assert [(one.task_split, one.seed, len(one.groups), one.ari) for one in found] == [
        (0, 0, 1, 0.0),
        (0, 1, 2, 1.0),
        (1, 0, 1, 0.0),
    ]


def test_episodes_are_right_where_most_tasks_are_of_their_kind() -> None:
    cut, uncut = cut_entry("tree").tree, make_entry("tree", {"c/x": 0.5}).tree
    found = routing_of([cut, uncut, cut], TRUTH)
    assert found is not None
    assert (found.right, found.episodes) == (2 * (8 + 9), 2 * (10 + 10))
    assert routing_of([uncut], TRUTH) is None
    assert routing_of([cut], {}) is None


def test_a_node_of_halves_is_nobody_s() -> None:
    cut = cut_entry("tree").tree
    mixed = replace(cut, nodes=(cut.nodes[0], *(replace(n, tasks=TRAINED) for n in cut.nodes[1:])))
    found = routing_of([mixed], TRUTH)
    assert found is not None
    assert found.right == 0


@given(st.lists(st.sampled_from("abc"), min_size=1))
def test_a_majority_is_more_than_half(groups: list[str]) -> None:
    most = [group for group in set(groups) if groups.count(group) * 2 > len(groups)]
    assert [majority(groups)] == (most or [None])
