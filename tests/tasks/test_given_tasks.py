import numpy as np
import pandas as pd
import pytest

from treemeta.errors import DataError
from treemeta.tasks.functions import POINTS
from treemeta.tasks.given_tasks import classes_in, may_be_classes, names_in

TABLE = pd.DataFrame({"a": [1.0], "b": [2.0]})
X = np.eye(3)


def test_features_are_called_as_those_of_the_first_inputs() -> None:
    for tasks in ({"t": {"c": TABLE}}, {"t": (TABLE, [1])}):
        assert names_in(tasks) == ("a", "b")
    assert names_in({"t": {"c": TABLE.to_numpy()}}) == names_in({"t": 1}) == ()
    with pytest.raises(DataError, match="has no tasks"):
        names_in({})


def test_classes_are_sorted_by_their_names_as_text() -> None:
    found = classes_in({2: {"c": X, 1: X}, 10: {"c": X}}, ())
    assert [one.names for one in found] == [("10", "c"), ("2", "1"), ("2", "c")]
    (one,) = classes_in({"t": (TABLE[["b", "a"]], [7])}, ("a", "b"))
    assert (one.label, one.inputs.tolist(), one.targets) == (POINTS, [[1, 2]], [7])


def test_a_few_integers_may_be_classes() -> None:
    assert may_be_classes({"t": (X, [0, 1, 1]), "u": (X, np.array([9, 0, 1]))})
    assert not may_be_classes({"t": (X, [0, 1, 1.5])})
    assert not may_be_classes({"t": (X, [0.0, 1.0, 1.0])})
    assert not may_be_classes({"t": (np.eye(11), range(11))})
    assert not may_be_classes({"t": {"c": X}})
