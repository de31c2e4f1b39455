from itertools import combinations

import numpy as np
import pytest
from scipy.cluster.hierarchy import linkage

from treemeta.report.figures.crossings import crossings, lineage_tree, untangled


def names(count: int) -> list[str]:
    return [f"t{i:02}" for i in range(count)]


def test_crossings_are_pairs_in_another_order() -> None:
    assert crossings("abc", "abc") == 0
    assert crossings("abc", "cba") == 3
    left, right = (
        np.random.default_rng(seed).permutation(9).astype(str).tolist() for seed in (1, 2)
    )
    pairs = combinations(left, 2)
    expected = sum(right.index(a) > right.index(b) for a, b in pairs)
    assert crossings(left, right) == expected


def test_lineages_form_a_tree_with_tasks_as_tips() -> None:
    tree = lineage_tree(
        {"latin": ("a", "b"), "greek": ("a",), "futhorc": ("a", "b", "c"), "x": ("y",)}
    )
    a, y = tree.parts
    assert (a.path, y.path, y.parts) == (("a",), ("y",), ("x",))
    assert a.parts[-1] == "greek"
    assert a.parts[0].path == ("a", "b")
    assert sorted(tree.tasks()) == ["futhorc", "greek", "latin", "x"]


def clades_of(links: np.ndarray, tasks: list[str]) -> dict[str, tuple[str, ...]]:
    """Return as lineages the very tree of a linkage."""
    below = {i: [task] for i, task in enumerate(tasks)}
    lineage: dict[str, tuple[str, ...]] = dict.fromkeys(tasks, ())
    for number, (a, b, *_) in enumerate(links, len(tasks)):
        below[number] = below[int(a)] + below[int(b)]
        for task in below[number]:
            lineage[task] = (f"c{number}", *lineage[task])
    return lineage


@pytest.mark.parametrize("seed", range(10))
def test_identical_trees_do_not_cross(seed: int) -> None:
    rng = np.random.default_rng(seed)
    tasks = rng.permutation(names(12)).tolist()
    links = linkage(rng.normal(size=(12, 3)), "average")
    order, truth = untangled(links, tasks, lineage_tree(clades_of(links, tasks)))
    assert crossings(order, truth.tasks()) == 0
    assert sorted(order) == sorted(tasks)


def test_a_star_takes_any_order() -> None:
    tasks = names(9)
    links = linkage(np.random.default_rng(0).normal(size=(9, 3)), "average")
    order, truth = untangled(links, tasks, lineage_tree(dict.fromkeys(tasks, ("x",))))
    assert crossings(order, truth.tasks()) == 0


@pytest.mark.parametrize("seed", range(20))
def test_turning_adds_no_crossing_and_tears_no_clade(seed: int) -> None:
    rng = np.random.default_rng(seed)
    tasks = names(20)
    links = linkage(rng.normal(size=(20, 3)), "average")
    lineage = {t: tuple(rng.choice(list("abc"), size=rng.integers(1, 4)).tolist()) for t in tasks}
    truth = lineage_tree(lineage)
    before = crossings(plain_order(links, tasks), truth.tasks())
    order, turned = untangled(links, tasks, truth)
    assert crossings(order, turned.tasks()) <= before
    for clade in clades(links, tasks):
        assert contiguous(order, clade)
    for step in "abc":
        assert contiguous(turned.tasks(), {t for t in tasks if lineage[t][0] == step})


def plain_order(links: np.ndarray, tasks: list[str]) -> list[str]:
    below = {i: [task] for i, task in enumerate(tasks)}
    for number, (a, b, *_) in enumerate(links, len(tasks)):
        below[number] = below[int(a)] + below[int(b)]
    return below[len(tasks) + len(links) - 1]


def clades(links: np.ndarray, tasks: list[str]) -> list[set[str]]:
    below = {i: {task} for i, task in enumerate(tasks)}
    for number, (a, b, *_) in enumerate(links, len(tasks)):
        below[number] = below[int(a)] | below[int(b)]
    return list(below.values())


def contiguous(order: list[str], members: set[str]) -> bool:
    places = [i for i, task in enumerate(order) if task in members]
    return not places or places[-1] - places[0] == len(places) - 1
