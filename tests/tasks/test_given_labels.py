import datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from tests.trees import sentence
from treemeta.errors import DataError
from treemeta.tasks.given_labels import as_labels, in_turn

DAY, STAMP = datetime.date(2020, 1, 2), pd.Timestamp(2020, 1, 2)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ([1, "x"], [1, "x"]),
        ((True, DAY), [True, DAY]),
        ([(0, 1), (1, 0)], [(0, 1), (1, 0)]),
        (range(2), [0, 1]),
        (np.array([2, 1]), [2, 1]),
        (np.array(["b", "a"]), ["b", "a"]),
        ([np.float64(0.5), np.str_("a")], [0.5, "a"]),
        (torch.tensor([1, 0]), [1, 0]),
        ([torch.tensor(1), torch.tensor(0)], [1, 0]),
        (pd.Series([3, 4]), [3, 4]),
        (pd.Categorical(["a", "b"]), ["a", "b"]),
        (pd.to_datetime(["2020-01-02", "2021-01-02"]), [STAMP, STAMP + pd.DateOffset(years=1)]),
    ],
)
def test_labels_are_kept_as_they_were_given(given: Any, kept: list[Any]) -> None:
    found = as_labels(given, 2)
    assert found == kept
    assert list(map(type, found)) == list(map(type, kept)) or isinstance(given[0], np.generic)


def test_days_of_numpy_are_no_numbers() -> None:
    days = np.array(["2020-01-02", "2020-01-03"], "M8[ns]")
    assert list(map(str, as_labels(days, 2))) == list(map(str, days))


@pytest.mark.parametrize("missing", [None, float("nan"), np.float32("nan"), pd.NA, pd.NaT])
def test_what_has_no_label_is_no_class(missing: Any) -> None:
    with pytest.raises(DataError, match="1 of 3 inputs of a support have no label, the f") as of:
        as_labels(["a", missing, "b"], 3)
    assert "input 1: name" in sentence(of)


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ([1, "1"], "labels 1 and '1' of a support would be taken for one: rename one"),
        ([1, True], "labels 1 and True of a support would be taken for one"),
        ([[1], [2, 3]], r"label \[1\] of a support is a list, which cannot be told apart"),
        ([([1],), "a"], r"label \(\[1\],\) of a support is a tuple"),
        ("ab", "labels of a support are 'ab': give a list"),
        ({"a": 1, "b": 2}, "labels of a support are {'a': 1, 'b': 2}: give a list"),
        (None, "labels of a support are None"),
        (np.ma.masked_equal([1, 2], 2), "labels of a support are masked in part: give a list"),
        (np.zeros((2, 1)), r"labels of a support are of shape \(2, 1\): give a list"),
        (["a"], "2 inputs of a support have 1 labels: give one for each"),
    ],
)
def test_what_is_no_label_is_named(labels: Any, said: str) -> None:
    with pytest.raises(DataError, match=said) as caught:
        as_labels(labels, 2)
    sentence(caught)


def test_labels_are_sorted_as_what_they_are() -> None:
    assert in_turn([10, 9, 10, 2]) == [2, 9, 10]
    assert in_turn(["10", "9", "2"]) == ["10", "2", "9"]
    assert in_turn(["x", 1]) == [1, "x"]
