from dataclasses import replace
from io import StringIO
from pathlib import Path

import pandas as pd

from tests.analysis.test_clusters import found
from tests.analysis.test_groups import REFUSED, close, grown, refused
from tests.trees import HOSTILE, TASKS, leaf_of, make_consensus
from treemeta.analysis.groups import grouping_of
from treemeta.report.agreement_text import agreement_text
from treemeta.report.cells import plain
from treemeta.report.groups_text import (
    clusters_text,
    groups_csv,
    groups_dict,
    groups_text,
)
from treemeta.report.text import WIDTH

GOLDEN = Path(__file__).parent / "golden"


def test_the_text_is_as_it_was() -> None:
    tree, agreed = leaf_of(*TASKS), make_consensus()
    one = grouping_of(tree, tree.nodes[0], close())
    told = grouping_of(agreed, agreed.nodes[0], close())
    apart = replace(grown(), apart=("Zeta", "Eta"))
    said = [groups_text(each) for each in (apart, refused(), one)]
    whole = "\n\n\n".join([*said, groups_text(told, consensus=True)])
    assert whole + "\n" == (GOLDEN / "groups.txt").read_text()


def test_lines_of_long_names_fit() -> None:
    long = {task: f"{task}-{'of_the_northern_mountains' * 2}/style" for task in TASKS}
    tree, matrix = leaf_of(*long.values()), close().matrix.rename(index=long, columns=long)
    said = groups_text(grouping_of(tree, tree.nodes[0], replace(close(), matrix=matrix)))
    assert all(name in said for name in long.values())
    assert max(map(len, said.split("\n"))) <= WIDTH


def test_of_numbers_chance_turns_directions() -> None:
    said = groups_text(replace(grown(), metric="mse"))
    assert "p: how often the same directions, turned at random, do as well" in said
    assert "dealt to tasks" in groups_text(grown())


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
