import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from treemeta.analysis.donors import best_and_worst, donors_of
from treemeta.measures.similarity import Similarity, named

TASKS = ["a", "b", "c", "d"]


def transfer(
    gain: np.ndarray, reach: float = 0.02, episodes: int = 32, gained: str = "accuracy"
) -> Similarity:
    """Return transfer in which targets gain so much by sources, each interval as wide."""
    tasks = TASKS[: len(gain)] if len(gain) <= 4 else [f"t{i}" for i in range(len(gain))]
    tables = {gained: gain, "loss": -2 * gain}
    parts = {name: named(values, tasks) for name, values in tables.items()}
    parts |= {f"{n}_low": named(v - reach, tasks) for n, v in tables.items()}
    parts |= {f"{n}_high": named(v + reach, tasks) for n, v in tables.items()}
    rates = named((gain + 1) / 2, tasks)
    return Similarity("transfer", "similarity", rates, 0.8, episodes, parts=parts, directed=True)


# Rows are sources: a helps b, d hurts b, nobody else matters much to b.
PLANTED = np.array(
    [[0.1, 0.05, 0.0, 0.0], [0.01, 0.2, 0.0, 0.0], [0.0, -0.01, 0.1, 0.0], [0.0, -0.04, 0.0, 0.1]]
)


@pytest.mark.parametrize("gained", ["accuracy", "mse_saved"])
def test_planted_gain_and_harm_are_found(gained: str) -> None:
    of_b = donors_of(transfer(PLANTED, gained=gained))["b"]
    assert [(one.source, one.mark) for one in of_b] == [
        ("b", "+"),
        ("a", "+"),
        ("c", ""),
        ("d", "-"),
    ]
    best, worst = best_and_worst(of_b)
    assert [one.source for one in best] == ["a", "c"]
    assert [one.source for one in worst] == ["d"]
    row = of_b[1].row()
    assert (row[gained], row["loss"], row["win_rate"]) == (0.05, -0.1, 0.525)
    assert (row[f"{gained}_low"], row["loss_high"]) == pytest.approx((0.03, -0.08))
    assert list(row) == [
        "target", "source", gained, f"{gained}_low", f"{gained}_high",
        "loss", "loss_low", "loss_high", "win_rate", "mark",
    ]  # fmt: skip


def test_an_interval_that_touches_0_is_not_marked() -> None:
    exact = np.array([[0.0, 0.02], [-0.02, 0.0]])
    assert {one.mark for each in donors_of(transfer(exact)).values() for one in each} == {""}


def test_of_equal_accuracies_the_lower_loss_is_better() -> None:
    made = transfer(np.zeros((3, 3)))
    made.parts["loss"].loc["b", "a"] = -0.5
    assert donors_of(made)["a"][0].source == "b"


def test_of_one_other_task_nobody_is_the_worst() -> None:
    best, worst = best_and_worst(donors_of(transfer(np.zeros((2, 2))))["a"])
    assert ([one.source for one in best], worst) == (["b"], ())
    assert best_and_worst(donors_of(transfer(np.zeros((1, 1))))["a"]) == ((), ())


@given(st.integers(1, 12), st.integers(0, 99))
def test_no_donor_is_best_and_worst(tasks: int, seed: int) -> None:
    accuracy = np.random.default_rng(seed).normal(size=(tasks, tasks))
    for target, donors in donors_of(transfer(accuracy)).items():
        best, worst = best_and_worst(donors)
        sources = [one.source for one in (*best, *worst)]
        assert len(set(sources)) == len(sources) == min(tasks - 1, 6)
        assert target not in sources
        ordered = [one.gain for one in (*best, *worst[::-1])]
        assert ordered == sorted(ordered, reverse=True)
