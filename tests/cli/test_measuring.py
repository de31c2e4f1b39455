from types import SimpleNamespace
from typing import Any

import pytest

from treemeta.cli.measuring import layer_names, measuring, sections_about, truths_of
from treemeta.errors import ConfigError, DataError, RegistryError
from treemeta.tasks.dataset import Dataset


def test_layers_are_named_with_commas() -> None:
    assert layer_names("conv1,norm2.shift") == ("conv1", "norm2.shift")
    assert layer_names("") == layer_names(",") == ()


def test_what_cannot_be_measured_is_refused_before_anything_is_opened() -> None:
    for more, error, said in (
        ({"which": "some"}, ConfigError, "'some'"),
        ({"engine": "dask"}, ConfigError, "'dask'"),
        ({}, RegistryError, "no registry"),
    ):
        settings = {"engine": "local", "workers": 1, "device": "cpu"} | more
        with (
            pytest.raises(error, match=said),
            measuring(
                "latest",
                "r",
                "sqlite:///nowhere/mlflow.db",
                **settings,  # type: ignore[arg-type]
            ),
        ):
            pass


def test_a_picture_without_families_is_a_picture(small: Dataset) -> None:
    known: Any = SimpleNamespace(dataset=small)
    assert truths_of(known)[0].families.keys() >= set(small.tasks)

    class Gone:
        @property
        def dataset(self) -> Dataset:
            raise DataError("gone")

    assert truths_of(Gone()) == ()  # type: ignore[arg-type]


def test_too_few_tasks_or_no_split_leave_nothing_to_tell() -> None:
    few: Any = SimpleNamespace(tasks=["a"], has_init=True)
    flat: Any = SimpleNamespace(
        tasks=list("abcdef"), has_init=False, node=SimpleNamespace(groups=())
    )
    assert sections_about(few) == sections_about(flat) == []
