import pytest

from treemeta.cli.measuring import layer_names, measuring
from treemeta.errors import ConfigError, RegistryError


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
