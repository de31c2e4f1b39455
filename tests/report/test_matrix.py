import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.report.matrices import READ, read_matrix
from tests.trees import HOSTILE
from treemeta.measures.similarity import Similarity, named
from treemeta.report.matrix import WRITTEN, matrix_json

ABOUT = {"tree": "0" * 32, "node": "r"}
READABLE = [ending[1:] for ending in READ]


def any_similarity(size: int, seed: int = 0, tasks: list[str] | None = None) -> Similarity:
    values = np.random.default_rng(seed).normal(size=(3, size, size))
    tables = [named(v + v.T, tasks or [f"task {i}" for i in range(size)]) for v in values]
    return Similarity(
        "direction", "similarity", tables[0], 0.9, 48, *tables[1:], parts={"loss": tables[1]}
    )


def test_json_says_all() -> None:
    ends = named(np.array([[0.5, -1.0], [-1.0, 0.0]]), ["a", "b"])
    matrix = named(np.array([[1.0, -0.25], [-0.25, 0.5]]), ["a", "b"])
    made = Similarity("transfer", "similarity", matrix, 0.9, 48, ends, ends + 1, {"loss": matrix})
    found = json.loads(WRITTEN["json"](made, ABOUT))
    assert found == ABOUT | {
        "measure": "transfer",
        "kind": "similarity",
        "directed": False,
        "tasks": ["a", "b"],
        "matrix": [[1.0, -0.25], [-0.25, 0.5]],
        "reliability": 0.9,
        "episodes": 48,
        "episodes_for": {"0.95": 101, "0.99": 528},
        "low": [[0.5, -1.0], [-1.0, 0.0]],
        "high": [[1.5, 0.0], [0.0, 1.0]],
        "loss": [[1.0, -0.25], [-0.25, 0.5]],
    }


def test_json_knows_no_nan_and_no_escape_codes() -> None:
    matrix = named(np.array([[math.nan, math.inf], [0.0, 1.0]]), ["\x9b2J", "b"])
    text = matrix_json(Similarity("direction", "similarity", matrix, math.nan), ABOUT)
    found = json.loads(text, parse_constant=pytest.fail)
    assert found["matrix"] == [[None, None], [0.0, 1.0]]
    assert found["reliability"] is None
    assert found["tasks"] == ["\x9b2J", "b"]
    assert text[:-1].isprintable()


@pytest.mark.parametrize("kind", READABLE)
@given(size=st.integers(1, 6), seed=st.integers(0, 99), single=st.booleans())
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_reads_back_bit_for_bit(
    tmp_path: Path, kind: str, size: int, seed: int, single: bool
) -> None:
    made = any_similarity(size, seed)
    kept = made.matrix.astype("float32") if single else made.matrix
    path = tmp_path / f"s.{kind}"
    path.write_bytes(WRITTEN[kind](Similarity("direction", "similarity", kept), ABOUT))
    found = read_matrix(path)
    assert list(found.index) == list(found.columns) == list(kept.index)
    assert np.array_equal(found.to_numpy(dtype=kept.to_numpy().dtype), kept.to_numpy())


@pytest.mark.parametrize("kind", READABLE)
def test_hostile_names_and_what_is_undefined_read_back(tmp_path: Path, kind: str) -> None:
    names = [name for name in HOSTILE if kind != "npz" or not name.endswith("\x00")]
    values = np.eye(len(names))
    values[0, 1] = math.nan
    path = tmp_path / f"s.{kind}"
    path.write_bytes(WRITTEN[kind](Similarity("tree", "similarity", named(values, names)), ABOUT))
    found = read_matrix(path)
    assert list(found.index) == names
    assert np.array_equal(found.to_numpy(dtype=float), values, equal_nan=True)


def test_no_cell_of_a_csv_is_a_formula() -> None:
    made = any_similarity(2, tasks=["=1+1", "a"])
    lines = WRITTEN["csv"](made, ABOUT).decode().splitlines()
    assert lines[0] == """ "","'=1+1","a" """.strip()
    assert lines[1].startswith(""" "'=1+1", """.strip())


def test_npz_keeps_every_matrix(tmp_path: Path) -> None:
    made = any_similarity(4)
    (tmp_path / "s.npz").write_bytes(WRITTEN["npz"](made, ABOUT))
    with np.load(tmp_path / "s.npz", allow_pickle=False) as found:
        assert set(found) == {"tasks", "matrix", "low", "high", "loss"}
        assert np.array_equal(found["high"], made.high)


def test_readers_and_writers_are_of_the_same_formats() -> None:
    assert set(WRITTEN) == {*READABLE, "newick"}
