import pytest

from tests.analysis.planted import cut_entry, make_entry
from treemeta.analysis.curves import curves_of, split_steps


def test_a_curve_ends_where_its_path_does() -> None:
    (curve,) = curves_of([cut_entry("tree"), cut_entry("tree", 1)])
    assert curve.steps == (2, 6, 8)
    assert [one.mean for one in curve.accuracy] == pytest.approx([0.4, 0.6, 0.65])


def test_only_steps_of_all_seeds_are_drawn() -> None:
    whole = cut_entry("tree")
    (curve,) = curves_of([whole, cut_entry("tree", 1, curve=whole.tree.curve[1:])])
    assert curve.steps == (6, 8)


def test_arms_without_a_curve_have_what_they_reached() -> None:
    scratch, leaf = curves_of([make_entry("scratch", {"c/x": 0.25}), cut_entry("best-leaf")])
    assert (scratch.steps, leaf.steps) == ((), ())
    assert (scratch.accuracy[0].mean, leaf.accuracy[0].mean) == pytest.approx((0.25, 0.675))


def test_splits_are_those_of_the_trees() -> None:
    entries = [cut_entry("tree"), cut_entry("random", 1), make_entry("joint", {"c/x": 0.5})]
    assert split_steps(entries) == (4,)
    assert split_steps(entries[1:]) == ()
