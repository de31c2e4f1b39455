"""Forecasts from Python, of data and of trees."""

import json

import pytest

import treemeta as api
from tests.api.functions import OPTIONS
from tests.conftest import Run, flags
from treemeta.report.forecast_text import forecast_json
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.packed import text_of


def test_data_are_told_of_as_by_the_program(
    data: Dataset, workplace: object, treemeta: Run
) -> None:
    found = api.forecast(data, OPTIONS)
    told = treemeta("forecast", f"--dataset={text_of(data)}", *flags(**OPTIONS), "--json")
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout) == json.loads(forecast_json(found))
    assert treemeta("tree", "list", "--json").stdout.strip() == "[]"


def test_what_has_no_forecast_is_refused(data: Dataset, workplace: object) -> None:
    with pytest.raises(api.ConfigError, match="has no forecast, which is made of"):
        api.forecast(data, OPTIONS | {"learner": "reptile"})
    with pytest.raises(api.ConfigError, match="asks no node whether to split"):
        api.forecast(data, OPTIONS | {"meta_steps": 2, "split_every": 2})
    rows = {
        f"t{i}": ([[float(j), i] for j in range(9)], [float(j) for j in range(9)]) for i in (0, 1)
    }
    with pytest.raises(api.ConfigError, match="tasks that tell numbers have no forecast"):
        api.forecast(api.dataset(rows, 0))
    with pytest.raises(api.DataError, match="--ways"):
        api.forecast(data, OPTIONS | {"ways": 50})
