import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from treemeta.errors import DataError
from treemeta.tasks.units import Units, units_of

NUMBERS = st.floats(-1e6, 1e6, width=32)


@given(arrays(np.float32, (7, 3), elements=NUMBERS), arrays(np.float32, 7, elements=NUMBERS))
def test_units_are_those_of_the_data_and_lead_back(rows: np.ndarray, told: np.ndarray) -> None:
    units = units_of(rows, told)
    scaled, numbers = units.rows(rows), units.targets(told)
    assert (scaled.dtype, numbers.dtype) == ("f4", "f4")
    for one, whole in ((scaled.T, rows.T), ([numbers], [told])):
        for column, before in zip(one, whole, strict=True):
            if np.ptp(before) > 1:
                assert column.std(dtype=float) == pytest.approx(1, abs=1e-3)
                assert column.mean(dtype=float) == pytest.approx(0, abs=1e-3)
    assert np.allclose(units.told(numbers), told, atol=1e-6 * max(1, np.ptp(told)) + 1e-3)


def test_a_constant_column_is_at_nought() -> None:
    units = units_of(np.full((4, 1), 3, np.float32), None)
    assert units == Units((3.0,), (1.0,))
    assert units.rows(np.full((2, 1), 5, np.float32)).tolist() == [[2.0], [2.0]]


def test_what_is_too_far_away_is_named() -> None:
    with pytest.raises(DataError, match=r"the table has 2e\+30, which is too far"):
        Units((0.0,), (1e-20,)).rows(np.array([[1], [2e30]], np.float32))
