import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from treemeta.analysis.donors import best_and_worst, donors_of
from treemeta.measures.similarity import Similarity, named

TASKS = ["a", "b", "c", "d"]


def transfer(accuracy: np.ndarray, reach: float = 0.02, episodes: int = 32) -> Similarity:
    """Return transfer in which sources change targets so much, each interval as wide."""
    tasks = (
        TASKS[: len(accuracy)] if len(accuracy) <= 4 else [f"t{i}" for i in range(len(accuracy))]
    )
    tables = {"accuracy": accuracy, "loss": -2 * accuracy}
    parts = {name: named(values, tasks) for name, values in tables.items()}
    parts |= {f"{n}_low": named(v - reach, tasks) for n, v in tables.items()}
    parts |= {f"{n}_high": named(v + reach, tasks) for n, v in tables.items()}
    rates = named((accuracy + 1) / 2, tasks)
    return Similarity("transfer", "similarity", rates, 0.8, episodes, parts=parts, directed=True)


# Rows are sources: a helps b, d hurts b, nobody else matters much to b.
PLANTED = np.array(
    [[0.1, 0.05, 0.0, 0.0], [0.01, 0.2, 0.0, 0.0], [0.0, -0.01, 0.1, 0.0], [0.0, -0.04, 0.0, 0.1]]
)


def test_planted_gain_and_harm_are_found() -> None:
    of_b = donors_of(transfer(PLANTED))["b"]
    assert [(one.source, one.mark) for one in of_b] == [
        ("b", "+"),
        ("a", "+"),
        ("c", ""),
        ("d", "-"),
    ]
    best, worst = best_and_worst(of_b)
    assert [one.source for one in best] == ["a", "c"]
    assert [one.source for one in worst] == ["d"]
    assert (of_b[1].accuracy, of_b[1].loss, of_b[1].win_rate) == (0.05, -0.1, 0.525)


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
        ordered = [one.accuracy for one in (*best, *worst[::-1])]
        assert ordered == sorted(ordered, reverse=True)
