from dataclasses import replace
from pathlib import Path

import numpy as np

from tests.trees import HOSTILE
from treemeta.measures.similarity import Similarity, named
from treemeta.report.closest import neighbours_text, reliability_text, similarity_text

GOLDEN = Path(__file__).parent / "golden"
VALUES = np.array(
    [
        [0.95, 0.6, -0.1, 0.2],
        [0.6, 0.9, 0.3, -0.4],
        [-0.1, 0.3, 0.99, 0.5],
        [0.2, -0.4, 0.5, 0.8],
    ]
)
TASKS = ["Greek", "Latin", "Ge_ez", "\x1b[31m"]


def test_the_text_is_as_it_was() -> None:
    matrix = named(VALUES, TASKS)
    made = Similarity("direction", "similarity", matrix, 0.87, 24, matrix - 0.1, matrix + 0.1)
    halves = replace(made, halves=True)
    assert similarity_text(halves) + "\n" == (GOLDEN / "closest.txt").read_text()
    assert "ceiling" not in similarity_text(made)


def test_of_one_task_all_others_are_told_the_closest_first() -> None:
    matrix = named(VALUES, TASKS)
    made = Similarity("direction", "similarity", matrix, 0.87, 24, matrix - 0.1, matrix + 0.1)
    head, *rows = neighbours_text(made, "Greek").splitlines()
    assert head.split() == ["closest", "to", "Greek", "direction"]
    assert [row.split() for row in rows[:5]] == [
        ["Latin", "0.60", "(0.50", "to", "0.70)"],
        ["\N{REPLACEMENT CHARACTER}[31m", "0.20", "(0.10", "to", "0.30)"],
        ["Ge_ez", "-0.10", "(-0.20", "to", "0.00)"],
        ["self", "0.95"],
        [],
    ]
    assert rows[-1].startswith("reliability 0.870 from 24 episodes")
    skewed = VALUES.copy()
    skewed[:, 0] = [0.9, 0.1, 0.5, 0.3]  # of others to the first; the first to others is as before
    donors = Similarity("transfer", "similarity", named(skewed, TASKS))
    head, *rows = neighbours_text(donors, "Greek").splitlines()
    assert head.startswith("best donors of Greek")
    assert [row.split()[1] for row in rows[:3]] == ["0.50", "0.30", "0.10"]
    far = Similarity("nuisance", "distance", named(1 - VALUES, TASKS))
    assert neighbours_text(far, "\x1b[31m").splitlines()[1].split() == ["Ge_ez", "0.50"]


def test_the_closest_are_the_nearest_by_distance() -> None:
    lines = similarity_text(Similarity("nuisance", "distance", named(1 - VALUES, TASKS)))
    assert lines.splitlines()[1].endswith(
        "Latin 0.40, \N{REPLACEMENT CHARACTER}[31m 0.80, Ge_ez 1.10"
    )
    assert lines.endswith("\n\nnuisance: a distance, less is more alike")


def test_reliability_tells_what_more_costs() -> None:
    def said(now: float | None, episodes: int = 24) -> str:
        matrix = named(VALUES, TASKS)
        return reliability_text(Similarity("direction", "similarity", matrix, now, episodes))

    assert said(0.95) == "reliability 0.950 from 24 episodes per task; 0.99 would take up to 125"
    assert said(0.995) == "reliability 0.995 from 24 episodes per task"
    assert said(-0.1) == (
        "reliability -0.100 (below 0: these tasks differ by noise only) from 24 episodes per task"
    )
    assert said(None).startswith("reliability is not defined")
    assert said(None, 0) == ""


def test_a_task_alone_is_similar_to_itself() -> None:
    alone = Similarity("direction", "similarity", named(np.eye(1), ["a"]))
    assert similarity_text(alone).split("\n")[1].split() == ["a", "1.00"]


def test_hostile_names_keep_their_lines() -> None:
    made = Similarity("direction", "similarity", named(np.eye(len(HOSTILE)), HOSTILE))
    lines = similarity_text(made).split("\n")
    assert lines[1 + len(HOSTILE) :] == ["", "direction: a similarity, more is more alike"]
    assert all(line.isprintable() for line in lines)
    assert len({line.find("1.00") for line in lines[1 : 1 + len(HOSTILE)]}) == 1


def test_of_long_names_a_line_holds_as_many_as_fit() -> None:
    tasks = tuple(f"{letter} {'long ' * 6}name" for letter in "abcd")
    values = named(np.eye(4), tasks)
    rows = similarity_text(Similarity("pixels", "similarity", values, None, 0)).splitlines()[1:5]
    assert all(row.count("name 0.00") == 1 for row in rows)  # a second would not fit
    short = named(np.eye(4), tuple("abcd"))
    assert similarity_text(Similarity("pixels", "similarity", short, None, 0)).count(" 0.00") == 12
