import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t, ttest_rel

from tests.trees import make_node
from treemeta.analysis.gains import Gains, gains_of, paired_interval

TASKS = ("Alpha", "Beta")
NODES = (
    make_node("r", TASKS, groups=(("Alpha",), ("Beta",)), supports=(1.0, 1.0)),
    make_node("r0", ("Alpha",)),
    make_node("r1", ("Beta",)),
)


def planted() -> Gains:
    """Return gains in which r0 is better than the root on Alpha and worse on Beta,
    and r1 worse by less than noise."""
    noise = np.tile([-0.02, 0.02], 5)
    accuracies = np.full((3, 2, 10), 0.7)
    accuracies[1, 0] += 0.1 + noise
    accuracies[1, 1] -= 0.1 + noise
    accuracies[2] += noise - 0.003
    return gains_of(NODES, TASKS, accuracies)


def test_cells_are_told_by_node_and_task() -> None:
    found = planted()
    assert [cell.mark for cell in found.cells] == ["", "", "+", "-", "", ""]
    assert [cell.own for cell in found.cells] == [True, True, True, False, False, True]
    assert (found.leaves, found.episodes) == (("r0", "r1"), 10)
    cell = found.at()["r0", "Beta"]
    assert cell.accuracy == pytest.approx(0.6)
    assert cell.parent_accuracy == pytest.approx(0.7)
    assert cell.gain == pytest.approx(-0.1)


def test_marks_come_from_pairs_of_episodes() -> None:
    """Episodes differ far more than nodes do: only within them the child is seen to be worse."""
    hard = np.linspace(0.2, 0.9, 10)
    accuracies = np.stack([hard, hard - 0.04 - np.tile([-0.01, 0.01], 5)])[:, None]
    found = gains_of(NODES[:2], TASKS[:1], accuracies)
    assert found.cells[1].mark == "-"


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=8), st.integers(0, 99))
def test_the_interval_is_that_of_a_paired_t_test(values: list[float], seed: int) -> None:
    parent = np.random.default_rng(seed).random(len(values))
    mean, low, high = paired_interval(parent + values - parent)
    assert low is not None
    assert high is not None
    assert low <= mean + 1e-9
    assert mean <= high + 1e-9
    if np.ptp(values) > 1e-3:
        p = ttest_rel(parent + values, parent).pvalue
        assert (low > 0 or high < 0) == (p < 0.05)
        error = np.std(values, ddof=1) / np.sqrt(len(values))
        assert high - low == pytest.approx(2 * t.ppf(0.975, len(values) - 1) * error, abs=1e-6)


def test_one_episode_marks_nothing() -> None:
    found = gains_of(NODES, TASKS, np.array([[[1.0], [1.0]], [[0.0], [0.0]], [[0.0], [0.0]]]))
    assert {cell.mark for cell in found.cells} == {""}
    assert found.cells[2].gain == -1.0
    assert found.cells[2].low is None


def test_a_node_whose_parent_is_not_there_has_no_gain() -> None:
    found = gains_of(NODES[1:], TASKS, np.ones((2, 2, 3)))
    assert {cell.gain for cell in found.cells} == {None}
