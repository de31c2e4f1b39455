from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.trees import sentence
from treemeta.errors import DataError
from treemeta.tasks.given import as_inputs
from treemeta.tasks.given_table import in_order, names_of

TABLE = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]})


def test_names_are_those_that_somebody_gave() -> None:
    assert names_of(TABLE) == ("a", "b")
    assert names_of(TABLE.set_axis([7, 8], axis=1)) == ("7", "8")
    for nameless in (TABLE.to_numpy(), pd.DataFrame(TABLE.to_numpy()), None):
        assert names_of(nameless) == ()


def test_columns_are_put_in_order() -> None:
    assert in_order(TABLE[["b", "a"]], ("a", "b"), "it").equals(TABLE)
    assert in_order(TABLE, (), "it") is TABLE


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (TABLE.rename(columns={"b": "c"}), "has the columns 'c', and not 'b': give them the same"),
        (TABLE.assign(c=1), "has the columns 'c' beside those that others have: leave them out"),
        (TABLE[["a"]], "lacks the columns 'b': add them"),
        (TABLE.set_axis(["a", "a"], axis=1), "it has two columns 'a': rename one"),
    ],
)
def test_other_columns_are_named(table: pd.DataFrame, said: str) -> None:
    with pytest.raises(DataError, match=said) as caught:
        in_order(table, ("a", "b"), "it")
    sentence(caught)


def test_nullable_numbers_and_truths_are_numbers() -> None:
    table = TABLE.assign(
        b=pd.Series([1, 0], dtype="Int64"),
        c=[True, False],
        d=pd.Series([0.5, 1.5], dtype="Float64"),
        e=pd.Series([True, False], dtype="boolean"),
    )
    assert as_inputs(table, "it").tolist() == [[1, 1, 1, 0.5, 1], [2, 0, 0, 1.5, 0]]


@pytest.mark.parametrize(
    ("column", "said"),
    [
        (["x", "y"], "column 'c' of it is of type str, which is no number: leave it out"),
        (pd.to_datetime(["2020-01-01"] * 2), "column 'c' of it is of type datetime64"),
        ([1j, 2], "column 'c' of it is of type complex128"),
        (pd.Series(["x", "y"], dtype="category"), "column 'c' of it is of type category"),
        (pd.Series([1, None], dtype="Int64"), "it has 1 value that is no finite number: fill it"),
    ],
)
def test_a_column_that_is_no_numbers_is_named(column: Any, said: str) -> None:
    with pytest.raises(DataError, match=said) as caught:
        as_inputs(TABLE.assign(c=column), "it")
    sentence(caught)


def test_two_columns_of_a_name_are_refused_where_nobody_asks_for_an_order() -> None:
    with pytest.raises(DataError, match="it has two columns 'a': rename one"):
        as_inputs(TABLE.set_axis(["a", "a"], axis=1), "it")
    with pytest.raises(DataError, match="it has two columns '1': rename one"):
        as_inputs(pd.DataFrame(np.ones((1, 2)), columns=[1, "1"]), "it")
