from dataclasses import replace

import numpy as np
import pytest

from tests.trees import make_tree
from treemeta.analysis.clusters import (
    Agreement,
    Candidate,
    agreement,
    agreement_rows,
    agreements,
    measure_candidate,
    random_tree,
    shared_depths,
    tree_candidate,
)
from treemeta.errors import DataError
from treemeta.measures.similarity import Similarity, named
from treemeta.tasks.truth import Truth, of_lineage

LINEAGE = {f"t{i:02d}": (f"family{i % 3}", f"sub{i % 6}") for i in range(12)}


def planted(noise: float = 0.1) -> Similarity:
    family = np.arange(12) % 3
    close = (family[:, None] == family) + noise * np.random.default_rng(0).normal(size=(12, 12))
    return Similarity("direction", "similarity", named((close + close.T) / 2, list(LINEAGE)))


def found() -> list[Agreement]:
    one = agreement(measure_candidate(planted(), [3, 2]), of_lineage(LINEAGE), "family")
    return [one, random_tree(one)]


def test_planted_families_are_recovered() -> None:
    one, chance = found()
    assert one.cuts["3 clusters"]["ARI"].value == 1
    assert one.cuts["3 clusters"]["ARI"].p == 0.001
    assert one.cuts["2 clusters"]["ARI"].value < 1
    assert list(one.cuts) == ["2 clusters", "3 clusters"]
    assert one.order["retrieval"]
    assert one.order["retrieval"].value == 1
    assert abs(chance.cuts["3 clusters"]["ARI"].value) < 0.05
    assert np.isnan(chance.cuts["3 clusters"]["ARI"].p)


def test_the_order_of_tasks_does_not_matter() -> None:
    there = planted(0.5)
    turned = list(LINEAGE)[::-1]
    back = Similarity("direction", "similarity", there.matrix.loc[turned, turned])
    truth = of_lineage(LINEAGE)
    one, other = (agreement(measure_candidate(s, [3]), truth, "family") for s in (there, back))
    assert one.cuts["3 clusters"]["AMI"].value == pytest.approx(
        other.cuts["3 clusters"]["AMI"].value
    )
    for name, score in one.order.items():
        assert score
        assert score.value == pytest.approx(other.order[name].value)  # type: ignore[union-attr]


def test_a_tree_is_cut_at_every_depth() -> None:
    tree = make_tree()
    candidate = tree_candidate(tree, tree.nodes[0])
    assert {name: labels.tolist() for name, labels in candidate.cuts.items()} == {
        "depth 1": [0, 0, 0, 1, 1],
        "depth 2": [0, 0, 1, 2, 2],
    }
    below = tree_candidate(tree, tree.nodes[1])
    assert below.tasks == ("Alpha", "Beta", "Delta")
    assert {name: labels.tolist() for name, labels in below.cuts.items()} == {"depth 2": [0, 0, 1]}


def test_distances_and_similarities_are_cut_alike() -> None:
    points = np.random.default_rng(0).normal(size=(9, 2)) + 9 * np.eye(3, 2)[np.arange(9) % 3]
    apart = np.linalg.norm(points[:, None] - points, axis=-1)
    tasks = list(LINEAGE)[:9]
    centred = points - points.mean(0)
    one = measure_candidate(Similarity("a", "distance", named(apart, tasks)), [3])
    other = measure_candidate(Similarity("b", "similarity", named(centred @ centred.T, tasks)), [3])
    assert one.cuts["3 clusters"].tolist() == other.cuts["3 clusters"].tolist() == [0, 1, 2] * 3


def test_tasks_without_a_known_family_are_left_out() -> None:
    part = {task: steps for task, steps in LINEAGE.items() if task < "t08"}
    one = agreement(measure_candidate(planted(), [3]), of_lineage(part), "family")
    assert one.tasks == 8
    assert one.cuts["3 clusters"]["ARI"].value == 1


@pytest.mark.parametrize("lineage", [{}, {"t00": ("a",)}, dict.fromkeys(LINEAGE, ("a",))])
def test_too_little_truth(lineage: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(DataError, match="it takes 4 tasks of 2 families"):
        agreement(measure_candidate(planted(), [3]), of_lineage(lineage), "family")


def test_families_of_one_task_each_say_nothing() -> None:
    alone = {task: (task,) for task in LINEAGE}
    with pytest.raises(DataError, match="a family of its own"):
        agreement(measure_candidate(planted(), [3]), of_lineage(alone), "family")


def test_subfamilies_count_at_their_own_level() -> None:
    candidate = measure_candidate(planted(), [3])
    one = agreement(candidate, of_lineage(LINEAGE), "subfamily")
    assert one.families == 6
    assert one.cuts["3 clusters"]["ARI"].value < 1


def test_shared_depths_count_from_the_root() -> None:
    lineages = [("a", "b", "c"), ("a", "b"), ("a", "x"), ("y",)]
    assert shared_depths(lineages).tolist() == [
        [3, 2, 1, 0],
        [2, 2, 1, 0],
        [1, 1, 2, 0],
        [0, 0, 0, 1],
    ]


def test_rows_leave_out_what_is_not_told() -> None:
    flat = Candidate("flat", tuple(LINEAGE), np.zeros((12, 12)), {})
    families = {task: task for task in LINEAGE} | {"t01": "t00"}
    truth = Truth("t", "", families, dict.fromkeys(LINEAGE, "s"), LINEAGE)
    rows = agreement_rows([agreement(flat, truth, "family")])
    assert {row["score"] for row in rows} == {"triplets", "retrieval"}


def test_measures_are_cut_into_as_many_clusters_as_every_truth_has_groups() -> None:
    halves = replace(
        of_lineage(LINEAGE), name="halves", families=dict(zip(LINEAGE, "ab" * 6, strict=True))
    )
    found = agreements(None, [planted()], [of_lineage(LINEAGE), halves], "family")
    assert {one.truth for one in found} == {of_lineage(LINEAGE).name, "halves"}
    assert {tuple(one.cuts) for one in found} == {("2 clusters", "3 clusters")}
