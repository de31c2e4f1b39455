from dataclasses import replace
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest

from tests.analysis.test_clusters import found
from tests.analysis.test_groups import REFUSED, close, grown, refused
from tests.trees import HOSTILE, TASKS, leaf_of, make_consensus
from treemeta.analysis.groups import grouping_of
from treemeta.report.agreement_text import agreement_text
from treemeta.report.cells import plain
from treemeta.report.groups_text import (
    chance_phrase,
    clusters_text,
    groups_csv,
    groups_dict,
    groups_text,
)
from treemeta.store.evidence import Evidence

GOLDEN = Path(__file__).parent / "golden"


def test_the_text_is_as_it_was() -> None:
    tree, agreed = leaf_of(*TASKS), make_consensus()
    one = grouping_of(tree, tree.nodes[0], close())
    told = grouping_of(agreed, agreed.nodes[0], close())
    apart = replace(grown(), apart=("Zeta", "Eta"))
    said = [groups_text(each) for each in (apart, refused(), one)]
    whole = "\n\n\n".join([*said, groups_text(told, consensus=True)])
    assert whole + "\n" == (GOLDEN / "groups.txt").read_text()


@pytest.mark.parametrize(
    ("p_cut", "p_variance", "deals", "said"),
    [
        (0.05, 0.05, 19, "cut p <= 0.05, variance p <= 0.05, the least that 19 deals can give"),
        (0.01, None, 99, "cut p <= 0.01, the least that 99 deals can give"),
        (0.05, 0.3, 19, "cut p <= 0.05 (the least that 19 deals can give), variance p 0.3"),
        (0.1, 0.3, 19, "cut p 0.1, variance p 0.3, of 19 deals"),
        (0.05, 0.1, 0, "cut p 0.05, variance p 0.1"),
        (None, None, 0, "not held against chance"),
    ],
)  # fmt: skip
def test_a_p_value_says_what_it_can_say(
    p_cut: float | None, p_variance: float | None, deals: int, said: str
) -> None:
    one = Evidence(2, True, "so", 2, 0.1, p_variance, 0.2, p_cut, 1.0, deals)
    assert chance_phrase(one) == said


def test_what_was_never_cut_has_no_chance() -> None:
    assert chance_phrase(Evidence(2, False, "3 tasks make no two children of 2")) == ""


def test_the_comparison_stands_below_the_groups() -> None:
    both = clusters_text(grown(), found(), False)
    assert both == groups_text(grown()) + "\n\n\n" + agreement_text(found())
    assert clusters_text(None, found(), False) == agreement_text(found())
    assert clusters_text(grown(), [], False) == groups_text(grown())


def test_files_say_the_same() -> None:
    for grouping in (grown(), refused()):
        told = groups_dict(grouping)
        table = pd.read_csv(StringIO(groups_csv(grouping)))
        members = [one for row in told["groups"] for one in row["members"]]
        assert table["task"].tolist() == [one["task"] for one in members]
        assert table["margin"].tolist() == [one["margin"] for one in members]
        assert set(table["made"]) == {told["made"]}
    assert {row["reason"] for row in told["groups"]} == {REFUSED.reason}
    assert {row["p_cut"] for row in told["groups"]} == {0.25}


def test_hostile_names_stay_in_their_lines_and_cells() -> None:
    tree = leaf_of(*HOSTILE)
    names = dict(zip(TASKS, HOSTILE[-5:], strict=True))
    similarity = replace(close(), matrix=close().matrix.rename(index=names, columns=names))
    node = replace(tree.nodes[0], tasks=tuple(HOSTILE[-5:]))
    grouping = grouping_of(tree, node, similarity)
    assert all(line.isprintable() for line in groups_text(grouping).split("\n"))
    table = pd.read_csv(StringIO(groups_csv(grouping)))
    assert sorted(map(plain, table["task"])) == sorted(HOSTILE[-5:])
