from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.tasks.tables import write_table
from tests.trees import sentence
from treemeta.errors import DataError, TreemetaError
from treemeta.tasks.functions import POINTS
from treemeta.tasks.sources import open_dataset
from treemeta.tasks.table import digest_of, read_table

RNG = np.random.default_rng(0)
FRAME = pd.DataFrame(
    {
        "task": [f"t{i // 12}" for i in range(48)],
        "class": [f"c{i // 4 % 3}" for i in range(48)],
        "x": RNG.normal(size=48).round(3),
        "y": RNG.normal(5, 2, size=48).round(3),
    }
)
NUMBERS = FRAME.drop(columns="class").assign(target=np.arange(48) / 7)


write = partial(write_table, stacked=("x", "y"))


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".npz"])
def test_rows_keep_their_task_their_class_and_their_order(tmp_path: Path, suffix: str) -> None:
    pack = read_table(write(FRAME, tmp_path / f"a{suffix}"))
    assert [one[:2] for one in pack.classes] == [
        (f"t{i}", f"c{j}") for i in range(4) for j in range(3)
    ]
    for task, label, rows in pack.classes:
        mine = FRAME[(FRAME["task"] == task) & (FRAME["class"] == label)]
        assert np.allclose(rows, mine[["x", "y"]].to_numpy(), atol=1e-6)
    assert not pack.targets
    assert sorted(pack.roles.values()) == ["test", "train", "train", "train"]


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".npz"])
def test_a_target_is_a_number_of_every_row(tmp_path: Path, suffix: str) -> None:
    dataset = open_dataset(str(write(NUMBERS, tmp_path / f"a{suffix}")))
    assert (dataset.shape, list(dataset.tasks)) == ((2,), ["t0", "t1", "t2", "t3"])
    assert dataset.class_names == tuple(f"t{i}/{POINTS}" for i in range(4))
    assert dataset.targets is not None
    assert dataset.units is not None
    back = dataset.targets * dataset.units.target_deviation + dataset.units.target_mean
    assert np.allclose(back, NUMBERS["target"], atol=1e-5)


def test_a_column_of_lists_is_as_many_features(tmp_path: Path) -> None:
    lists = FRAME.drop(columns=["x", "y"]).assign(e=FRAME[["x", "y"]].to_numpy().tolist())
    listed, plain = (
        read_table(write(frame, tmp_path / name))
        for frame, name in ((lists, "l.parquet"), (FRAME, "p.parquet"))
    )
    for one, other in zip(listed.classes, plain.classes, strict=True):
        assert np.array_equal(one[2], other[2])


def test_roles_and_families_are_those_of_the_table(tmp_path: Path) -> None:
    told = FRAME.assign(
        role=np.where(FRAME["task"] == "t2", "test", "train"),
        family=np.where(FRAME["task"] < "t2", "low", "high"),
    )
    pack = read_table(write(told, tmp_path / "a.csv"))
    assert pack.roles == {"t0": "train", "t1": "train", "t2": "test", "t3": "train"}
    assert pack.lineage == {"t0": ("low",), "t1": ("low",), "t2": ("high",), "t3": ("high",)}


@pytest.mark.parametrize("missing", [None, float("nan"), ""])
@pytest.mark.parametrize("kind", ["object", "string"])
def test_a_family_that_is_missing_is_none(tmp_path: Path, missing: object, kind: str) -> None:
    told = FRAME.assign(family=np.where(FRAME["task"] < "t2", "low", "").astype(object))
    told.loc[told["family"] == "", "family"] = missing
    told["family"] = told["family"].astype(kind)
    pack = read_table(write(told, tmp_path / "a.parquet"))
    assert pack.lineage == {"t0": ("low",), "t1": ("low",)}


def test_a_name_is_the_same_with_space_around_it(tmp_path: Path) -> None:
    spaced = FRAME.assign(task=FRAME["task"] + np.where(np.arange(48) % 2, " ", ""))
    found, plain = (read_table(write(one, tmp_path / "a.csv")) for one in (spaced, FRAME))
    assert found.roles == plain.roles
    assert [one[:2] for one in found.classes] == [one[:2] for one in plain.classes]


def test_a_copy_is_called_what_it_is_called(tmp_path: Path) -> None:
    assert open_dataset(str(write(FRAME, tmp_path / "a.csv"))).name == "a.csv"
    assert open_dataset(str(write(FRAME, tmp_path / "b.csv"))).name == "b.csv"
    (tmp_path / "c.parquet").write_bytes((tmp_path / "a.csv").read_bytes())
    with pytest.raises(DataError, match="parquet"):
        open_dataset(str(tmp_path / "c.parquet"))


def test_names_are_text_whatever_they_look_like(tmp_path: Path) -> None:
    frame = FRAME.assign(
        task=FRAME["task"].map({"t0": "NA", "t1": "007", "t2": "null", "t3": "1e3"})
    )
    pack = read_table(write(frame, tmp_path / "a.csv"))
    assert set(pack.roles) == {"NA", "007", "null", "1e3"}


def test_a_table_that_changed_is_another(tmp_path: Path) -> None:
    path = write(FRAME, tmp_path / "a.csv")
    before = digest_of(path), open_dataset(str(path)).fingerprint
    write(FRAME.assign(x=FRAME["x"] + 1e-2), path)
    after = digest_of(path), open_dataset(str(path)).fingerprint
    assert before[0] != after[0]
    write(FRAME, path)
    assert (digest_of(path), open_dataset(str(path)).fingerprint) == before


def changed(column: str, row: int, value: Any) -> pd.DataFrame:
    frame = FRAME.astype({"x": object, "y": object})
    frame.loc[row, column] = value
    return frame


BAD: dict[str, tuple[pd.DataFrame, str]] = {
    "no task": (FRAME.rename(columns={"task": "tasks"}), "it takes task, and either class or"),
    "a capital": (FRAME.rename(columns={"task": "Task"}), "target, so write 'Task' in small"),
    "no class": (FRAME.drop(columns="class"), "it takes task, and either class or target"),
    "both": (FRAME.assign(target=1.0), "it takes task, and either class or target"),
    "no features": (FRAME[["task", "class"]], "has no column besides task, class: add features"),
    "no rows": (FRAME[:0], "has no rows: add some"),
    "missing": (changed("x", 3, ""), "column 'x' of table .* has '' in row 4, .* number: fill"),
    "short": (changed("y", 47, np.nan), "column 'y' of table .* has '' in row 48, .* number: fill"),
    "none there": (FRAME.assign(x=""), "'x' .* '' in row 1, .* number, the first of 48 such: fill"),
    "infinite": (changed("y", 0, "inf"), "column 'y' .* has 'inf' in row 1"),
    "text": (changed("y", 5, "red"), "column 'y' .* has 'red' in row 6"),
    "no number to tell": (
        NUMBERS.astype({"target": object}).replace({"target": {0.0: "many"}}),
        "column 'target' .* has 'many' in row 1",
    ),
    "one number to tell": (
        NUMBERS.assign(target=3.5), "column 'target' of table .* is 3.5 in every row: there is noth"
    ),
    "a role of its own": (FRAME.assign(role="validate"), "column role .* has 'validate': it takes"),
    "two roles": (
        FRAME.assign(role=["test", *["train"] * 47]), "column role .* two things of task 't0'"
    ),
    "two families": (
        FRAME.assign(family=["a", *["b"] * 47]), "column family .* two things of task 't0'"
    ),
    "twice": (pd.concat([FRAME, FRAME[7:9]]), "row 49 of table .* before, and 2 rows in all have"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_table_of_tasks_is_refused(tmp_path: Path, name: str) -> None:
    frame, said = BAD[name]
    with pytest.raises(DataError, match=said) as caught:
        open_dataset(str(write(frame, tmp_path / "a.csv")))
    sentence(caught)


def test_features_that_tell_nothing_are_named(tmp_path: Path) -> None:
    dataset = open_dataset(str(write(FRAME.assign(y=7, z=7), tmp_path / "a.csv")))
    assert dataset.told == ("2 of 3 features are the same in every row: 'y', 'z'",)
    assert not open_dataset(str(write(FRAME, tmp_path / "b.csv"))).told


def test_lists_of_many_lengths_are_refused(tmp_path: Path) -> None:
    ragged = FRAME.drop(columns=["x", "y"]).assign(e=[[1.0] * (1 + i % 2) for i in range(48)])
    with pytest.raises(DataError, match=r"'e' of table .* lists of 1 to 2 numbers: make them"):
        read_table(write(ragged, tmp_path / "a.parquet"))


@pytest.mark.parametrize("name", ["a.csv", "a.parquet", "a.npz"])
@pytest.mark.parametrize("content", [b"", b"\x00\xff" * 50, b"PAR1", b"PK\x03\x04"])
def test_a_file_that_is_none_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"a\.(csv|parquet|npz)") as caught:
        open_dataset(str(path))
    sentence(caught)


def test_objects_in_an_npz_are_not_unpickled(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", task=np.array(["a", None], dtype=object))
    with pytest.raises(DataError, match=r"cannot be read as npz"):
        open_dataset(str(tmp_path / "a.npz"))


def test_a_table_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TreemetaError, match=r"none.csv' cannot be read \(No such file"):
        open_dataset(str(tmp_path / "none.csv"))


@pytest.mark.parametrize("name", ["task", "class"])
def test_a_row_without_a_name_is_named(name: str, tmp_path: Path) -> None:
    frame = pd.DataFrame({"task": ["a"] * 4, "class": list("xxyy"), "f": [1.0, 2.0, 3.0, 4.0]})
    frame[name] = frame[name].astype(object)
    frame.loc[2, name] = " "
    frame.to_csv(path := tmp_path / "t.csv", index=False)
    with pytest.raises(DataError, match=f"column '{name}' of table .* has no name in row 3: fill"):
        read_table(path)


def test_a_name_that_no_file_can_have_is_no_table() -> None:
    with pytest.raises(DataError, match="there is no table"):
        digest_of(Path("a\0b.csv"))
