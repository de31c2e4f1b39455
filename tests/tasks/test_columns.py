from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from treemeta.errors import DataError
from treemeta.tasks.columns import features_of, numbers_of
from treemeta.tasks.units import units_of

HERE = Path("a.parquet")


def test_what_lies_far_from_nought_keeps_its_content() -> None:
    seconds = 1.7e9 + np.arange(4) / 8
    found = numbers_of(pd.DataFrame({"t": seconds}), HERE)
    assert found[:, 0].tolist() == seconds.tolist()
    scaled = units_of(found, None).rows(found)[:, 0]
    assert np.ptp(np.diff(scaled)) < 1e-6
    assert scaled[0] < scaled[1]


@pytest.mark.parametrize(
    ("column", "said"),
    [
        (pd.to_datetime(["2020-01-01", "2020-01-02"]), "dates or times"),
        (pd.to_datetime(["2020-01-01", "2020-01-02"], utc=True), "dates or times"),
        (pd.to_timedelta([1, 2], unit="s"), "dates or times"),
        (pd.period_range("2020-01", periods=2, freq="M"), "dates or times"),
        (np.array([1 + 2j, 3]), "complex numbers"),
    ],
    ids=["date", "zone", "difference", "period", "complex"],
)
def test_what_is_no_plain_number_is_named(column: object, said: str) -> None:
    with pytest.raises(DataError, match=f"column 'a' of table a.parquet has {said}: give plain"):
        features_of(pd.DataFrame({"task": ["x", "y"], "a": column}), HERE)


@pytest.mark.parametrize("value", ["x", None, np.inf, 1e39])
def test_what_is_no_finite_number_is_named_with_its_row(value: object) -> None:
    with pytest.raises(DataError, match="in row 2, which is no finite number"):
        numbers_of(pd.DataFrame({"a": [1.0, value]}), HERE)
