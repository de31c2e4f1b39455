import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from treemeta.analysis.estimate import Values, estimate, level

COUNTS = st.tuples(st.integers(1, 4), st.integers(1, 6))


def values_of(table: np.ndarray) -> Values:
    return {
        (0, seed): {f"t{i:02d}": float(value) for i, value in enumerate(row)}
        for seed, row in enumerate(table)
    }


def drawn(seed: int, seeds: int, tasks: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(seeds, tasks))


@given(COUNTS, st.integers(0, 99))
def test_a_mean_lies_in_its_interval_in_any_order(shape: tuple[int, int], seed: int) -> None:
    values = values_of(drawn(seed, *shape))
    found = estimate(values)
    assert found.mean == pytest.approx(np.mean([list(one.values()) for one in values.values()]))
    assert found.low <= found.mean + 1e-12
    assert found.mean <= found.high + 1e-12
    turned = {s: dict(reversed(values[s].items())) for s in reversed(values)}
    assert estimate(turned) == found


def test_of_many_tasks_the_interval_is_as_wide_as_that_of_a_normal() -> None:
    table = drawn(0, 1, 400)
    found = estimate(values_of(table))
    assert found.high - found.low == pytest.approx(2 * 1.96 * table.std() / 20, rel=0.04)


def test_what_never_varies_is_a_point() -> None:
    found = estimate(values_of(np.zeros((2, 5))))
    assert (found.mean, found.low, found.high) == (0, 0, 0)


def test_some_tasks_are_estimated_as_if_there_were_no_others() -> None:
    values = values_of(drawn(0, 2, 5))
    some = {seed: {t: one[t] for t in ("t01", "t03")} for seed, one in values.items()}
    assert estimate(values, ["t03", "t01"]) == estimate(some)


def test_a_task_that_is_not_held_out_has_no_part_in_a_repeat() -> None:
    # Two splits hold out tasks of their own, and t01 with both: each task counts as often as seen.
    values = {(0, 0): {"t00": 0.0, "t01": 0.3}, (1, 0): {"t01": 0.6, "t02": 0.9}}
    found = estimate(values)
    assert found.mean == pytest.approx(0.45)
    # Three tasks in two repeats say little: the bootstrap itself ends at 0 and 0.9.
    assert (found.low, found.high) == pytest.approx((-0.824, 1.724), abs=1e-3)
    assert estimate(values, ["t02", "never held out"]).mean == pytest.approx(0.9)


def test_planted_means_are_covered_where_each_task_is_held_out_in_some_repeats_only() -> None:
    covered, trials, rng = 0, 200, np.random.default_rng(6)
    for _ in range(trials):
        tasks, seeds = rng.normal(size=50), rng.normal(size=12)
        values = {}
        for repeat, seed in enumerate(seeds):
            out = rng.choice(50, size=15, replace=False)
            values[repeat, 0] = {f"{t}": 0.3 + tasks[t] + seed + rng.normal() for t in out}
        found = estimate(values)
        covered += found.low <= 0.3 <= found.high
    assert 0.87 <= covered / trials <= 0.99


@pytest.mark.parametrize(("seeds", "tasks", "by_seed"), [(1, 3, 0), (1, 6, 0), (3, 10, 2)])
def test_planted_means_are_covered_where_there_are_few(
    seeds: int, tasks: int, by_seed: float
) -> None:
    covered, trials, rng = 0, 200, np.random.default_rng(7)
    for _ in range(trials):
        of_seeds = by_seed * rng.normal(size=(seeds, 1))
        noise = rng.normal(size=(1, tasks)) + (seeds > 1) * rng.normal(size=(seeds, tasks))
        found = estimate(values_of(0.3 + of_seeds + noise))
        covered += found.low <= 0.3 <= found.high
    assert 0.9 <= covered / trials <= 0.99


def test_the_ends_of_a_level_are_values_of_the_metric() -> None:
    values = values_of(np.array([[0.02, 0.9, 1.0, 1.0]]))
    assert estimate(values).high > 1
    assert level(values, "accuracy").high == 1
    assert level(values, "mse").high == estimate(values).high
    assert level(values_of(np.array([[0.0, 0.0, 0.9]])), "mse").low == 0
    assert level(values, "accuracy").mean == estimate(values).mean


def test_planted_means_are_covered_where_tasks_and_seeds_both_vary() -> None:
    covered, trials, rng = 0, 200, np.random.default_rng(5)
    for _ in range(trials):
        tasks, seeds = rng.normal(size=(1, 15)), rng.normal(size=(10, 1))
        found = estimate(values_of(0.3 + tasks + seeds + rng.normal(size=(10, 15))))
        covered += found.low <= 0.3 <= found.high
    assert 0.87 <= covered / trials <= 0.99
