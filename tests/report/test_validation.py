import json
import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from treemeta.errors import DataError
from treemeta.measures.matrix import Similarity, named
from treemeta.report.pictures import VALIDATED
from treemeta.report.validation import Validation, validate
from treemeta.report.validation_text import export_validation, validation_text

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


def nuisance() -> Similarity:
    matrix = named(apart(SIZE), TASKS)
    return Similarity("nuisance", "distance", matrix, parts={"classes": matrix})


def found(seen: np.ndarray, transfer: np.ndarray) -> Validation:
    return validate(made(seen), made(transfer, measure="transfer"), nuisance())


def test_spearman_is_over_pairs() -> None:
    x, y = apart(SKILL) + symmetric_noise(0), apart(SKILL) + symmetric_noise(1)
    one = found(x, y)
    pairs = np.triu_indices(N, 1)
    assert one.spearman == pytest.approx(spearmanr(x[pairs], y[pairs])[0])
    assert one.p < 0.01
    assert one.partial_p < 0.01
    assert len(one.pairs) == N * (N - 1) / 2
    assert one.pairs.columns.tolist() == ["a", "b", "direction", "transfer"]


def test_kinds_are_turned_the_same_way() -> None:
    x, y = apart(SKILL), apart(SKILL) + 0.5 * symmetric_noise(1)
    alike = validate(made(-x, "similarity"), made(y, "distance", measure="transfer"), nuisance())
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


def test_transfer_counts_both_ways() -> None:
    rates = RNG.random((N, N))
    one = validate(made(apart(SKILL)), made(rates, "similarity", measure="transfer"), nuisance())
    assert one.pairs["transfer"][0] == pytest.approx((rates[0, 1] + rates[1, 0]) / 2)


def test_a_constant_measure_has_no_correlation() -> None:
    assert np.isnan(found(np.ones((N, N)) - np.eye(N), apart(SKILL)).spearman)


def test_what_cannot_be_validated_is_refused() -> None:
    broken = apart(SKILL)
    broken[0, 1] = np.nan
    with pytest.raises(DataError, match="undefined for some tasks"):
        found(broken, apart(SKILL))
    few = Similarity("direction", "distance", named(apart(SKILL)[:3, :3], TASKS[:3]))
    with pytest.raises(DataError, match="3 tasks are too few"):
        validate(few, few, few)


def test_text_and_files() -> None:
    one = found(apart(SKILL), apart(SKILL) + symmetric_noise(1))
    text = validation_text(one)
    assert f"Spearman {one.spearman:.3f}" in text
    assert f"{one.partial_spearman:.3f}" in text
    content = {kind: export_validation(one, {"tree": "f"}, kind) for kind in VALIDATED}
    told = json.loads(content["json"])
    assert told["spearman"] == one.spearman
    assert len(told["pairs"]) == 190
    from io import BytesIO

    assert len(pd.read_csv(BytesIO(content["csv"]))) == 190
    ET.fromstring(content["svg"])
    assert content["png"].startswith(b"\x89PNG")
    assert export_validation(one, {}, "svg") == export_validation(one, {}, "svg")
