import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from treemeta.analysis.validation import Validation, corrected, validate
from treemeta.errors import DataError
from treemeta.measures.similarity import Similarity, named

N = 20
TASKS = [f"t{i}" for i in range(N)]
RNG = np.random.default_rng(0)
SKILL, SIZE = RNG.normal(size=(2, N))


def apart(values: np.ndarray) -> np.ndarray:
    return np.abs(values[:, None] - values)


def symmetric_noise(seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(size=(N, N))
    return (noise + noise.T) / 2


def made(values: np.ndarray, kind: str = "distance", measure: str = "direction") -> Similarity:
    return Similarity(measure, kind, named(values, TASKS), 0.9, 24)  # type: ignore[arg-type]


def moved(loss: np.ndarray, noise: float = 0.0) -> Similarity:
    """Return a transfer that changes losses like this, in two replicates that differ by noise."""
    first, second = (loss + noise * RNG.normal(size=loss.shape) for _ in range(2))
    changes = {"loss": (first + second) / 2, "loss_first": first, "loss_second": second}
    parts = {name: named(values, TASKS[: len(loss)]) for name, values in changes.items()}
    matrix = named(np.full(loss.shape, 0.5), TASKS[: len(loss)])
    return Similarity("transfer", "similarity", matrix, 0.5, 16, parts=parts, directed=True)


def nuisance() -> Similarity:
    matrix = named(apart(SIZE), TASKS)
    return Similarity("nuisance", "distance", matrix, parts={"classes": matrix})


def found(seen: np.ndarray, transfer: np.ndarray) -> Validation:
    return validate(made(seen), moved(transfer), nuisance())


def test_of_rows_there_is_no_nuisance_to_take_away() -> None:
    x, y = apart(SKILL) + symmetric_noise(0), apart(SKILL)
    one, with_it = validate(made(x), moved(y), None), found(x, y)
    assert (one.spearman, one.p, one.given) == (with_it.spearman, with_it.p, ())
    assert np.isnan([one.partial_spearman, one.partial_p]).all()


def around_targets(values: np.ndarray) -> np.ndarray:
    """Return the pairs of a matrix, target by target around their means, by another way."""
    columns = [np.delete(column, i) for i, column in enumerate(values.T)]
    return np.concatenate([column - column.mean() for column in columns])


def test_spearman_is_over_ordered_pairs_around_each_target() -> None:
    x, y = apart(SKILL) + symmetric_noise(0), apart(SKILL) + RNG.normal(size=(N, N))
    one = found(x, y)
    assert one.spearman == pytest.approx(spearmanr(around_targets(x), around_targets(y))[0])
    assert one.p < 0.01
    assert one.partial_p < 0.01
    assert len(one.pairs) == N * (N - 1)
    assert one.pairs.columns.tolist() == ["a", "b", "direction", "transfer"]


def test_how_easy_a_target_is_has_no_say() -> None:
    x, y = apart(SKILL) + symmetric_noise(0), apart(SKILL) + RNG.normal(size=(N, N))
    assert found(x, y + 100 * SIZE).spearman == pytest.approx(found(x, y).spearman)
    assert found(x, y + 100 * SIZE[:, None]).spearman < found(x, y).spearman - 0.1


def test_rows_are_sources() -> None:
    """A directed measure goes with gains its own way round, and not with those turned around."""
    x = RNG.normal(size=(N, N))
    one = Similarity("lineage", "similarity", named(x, TASKS), directed=True)
    assert validate(one, moved(-x), nuisance()).spearman == pytest.approx(1)
    assert abs(validate(one, moved(-x.T), nuisance()).spearman) < 0.3
    pairs = validate(one, moved(-x), nuisance()).pairs
    known = pairs.set_index(["a", "b"])["transfer"]
    gains = x[:, 4][np.arange(N) != 4]
    assert known["t1", "t4"] == pytest.approx(x[1, 4] - gains.mean())


def test_correction_undoes_noise() -> None:
    """Both show the same truth through noise: corrected for it, they agree."""
    n, rng = 60, np.random.default_rng(3)
    truth = rng.normal(size=(n, n))
    truth = truth + truth.T
    names = [f"t{i}" for i in range(n)]
    seen = truth + rng.normal(size=(n, n)) * np.sqrt(2)  # as much noise as truth: half reliable
    first, second = (-truth + 2 * rng.normal(size=(n, n)) for _ in range(2))
    changes = {"loss": (first + second) / 2, "loss_first": first, "loss_second": second}
    transfer = Similarity(
        "transfer", "similarity", named(truth, names),
        parts={name: named(values, names) for name, values in changes.items()}, directed=True,
    )  # fmt: skip
    none = Similarity("nuisance", "distance", named(truth, names))
    one = validate(Similarity("direction", "similarity", named(seen, names), 0.5), transfer, none)
    assert one.transfer_reliability == pytest.approx(0.5, abs=0.04)
    assert one.spearman == pytest.approx(0.5, abs=0.05)
    assert one.corrected == pytest.approx(1, abs=0.1)


@given(st.floats(-1, 1), st.floats(0.01, 1), st.floats(0.01, 1))
def test_corrected_is_never_less(correlation: float, a: float, b: float) -> None:
    found = corrected(correlation, a, b)
    assert found is not None
    assert abs(found) >= abs(correlation)
    assert found * np.sqrt(a * b) == pytest.approx(correlation)


@pytest.mark.parametrize("reliabilities", [(None, 0.5), (0.5, None), (0.5, 0.0), (-0.1, -0.1)])
def test_what_is_not_reliable_is_not_corrected(reliabilities: tuple[float | None, ...]) -> None:
    assert corrected(0.5, *reliabilities) is None


def test_kinds_are_turned_the_same_way() -> None:
    x, y = apart(SKILL), apart(SKILL) + 0.5 * symmetric_noise(1)
    alike = validate(made(-x, "similarity"), moved(y), nuisance())
    assert alike.spearman == pytest.approx(found(x, y).spearman)
    assert alike.spearman > 0.5


def test_what_the_nuisance_explains_is_taken_away() -> None:
    """Both go with the sizes of tasks and with nothing else."""
    x = apart(SIZE) + 0.3 * symmetric_noise(2)
    y = apart(SIZE) + 0.3 * symmetric_noise(3)
    one = found(x, y)
    assert one.spearman > 0.5
    assert one.p < 0.01
    assert abs(one.partial_spearman) < 0.25
    assert one.partial_p > 0.02


def test_nothing_in_common_is_not_significant() -> None:
    p = [found(symmetric_noise(10 + i), symmetric_noise(50 + i)).p for i in range(20)]
    assert np.mean(np.array(p) <= 0.05) <= 0.2
    assert np.mean(p) == pytest.approx(0.5, abs=0.2)


def test_a_constant_measure_has_no_correlation() -> None:
    assert np.isnan(found(np.ones((N, N)) - np.eye(N), apart(SKILL)).spearman)


def test_what_cannot_be_validated_is_refused() -> None:
    broken = apart(SKILL)
    broken[0, 1] = np.nan
    with pytest.raises(DataError, match="undefined for some tasks"):
        found(broken, apart(SKILL))
    few = Similarity("direction", "distance", named(apart(SKILL)[:3, :3], TASKS[:3]))
    with pytest.raises(DataError, match="3 tasks are too few"):
        validate(few, moved(apart(SKILL)[:3, :3]), few)
