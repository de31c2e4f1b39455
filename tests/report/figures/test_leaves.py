from dataclasses import replace

from tests.analysis.test_groups import close, grown, refused
from tests.pictures import drawn, texts
from tests.trees import TASKS, leaf_of, make_tree
from treemeta.analysis.groups import grouping_of
from treemeta.report.figures.leaves import against_groups, families_or_leaves, leaves_of


def test_leaves_stand_where_no_family_is_known() -> None:
    tree = make_tree()
    leaves = leaves_of(tree, [*TASKS, "Zeta"])
    found = families_or_leaves({"Omega": "x"}, leaves, [*TASKS, "Zeta"])
    assert found == {
        "Alpha": "leaf r00", "Beta": "leaf r00", "Delta": "leaf r01", "Epsilon": "leaf r1",
        "Gamma": "leaf r1", "Zeta": "no leaf",
    }  # fmt: skip
    assert leaves_of(tree, [*TASKS, "Zeta"]) == found
    known = {"Alpha": "x"}
    assert families_or_leaves(known, leaves, TASKS) is known


def test_one_leaf_has_no_colour() -> None:
    assert leaves_of(leaf_of(*TASKS), TASKS) == {}
    assert leaves_of(replace(make_tree(), nodes=()), TASKS) == {}


def test_a_similarity_faces_the_groups() -> None:
    for grouping, right, names in (
        (grown(), "the tree", ["leaf r0", "leaf r1"]),
        (refused(), "proposed, and refused", ["proposed 1", "proposed 2"]),
    ):
        said = texts(drawn(lambda: against_groups(close(), grouping, "svg")))  # noqa: B023
        assert right in said
        assert [text for text in said if text in names] == names


def test_one_group_faces_nothing() -> None:
    tree = leaf_of(*TASKS)
    one = grouping_of(tree, tree.nodes[0], close())
    said = texts(drawn(lambda: against_groups(close(), one, "svg")))
    assert sorted(text for text in said if text in TASKS) == sorted(TASKS)
    assert not any("cross" in text for text in said)
