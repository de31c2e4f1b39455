import re
from dataclasses import fields, replace
from typing import Any, Literal, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treemeta.config import Config
from treemeta.declared import make_config
from treemeta.defaults import AUTO
from treemeta.errors import ConfigError

NAMES = [one.name for one in fields(Config)]
CHOICES = sorted({AUTO, *(choice for one in fields(Config) for choice in get_args(one.type))})
SETTING = (
    st.integers() | st.floats() | st.booleans() | st.text(max_size=5) | st.lists(st.integers())
    | st.sampled_from(CHOICES)
)  # fmt: skip


def other(name: str, value: Any) -> Any:
    """Return another value that the option may take."""
    kind = {one.name: one.type for one in fields(Config)}[name]
    if choices := get_args(kind):
        return next(choice for choice in choices if choice != value)
    if kind is str:
        return value + "2"
    if kind is bool:
        return not value
    return value + 1 if kind is int else value / 2 + 0.1


@pytest.mark.parametrize("name", NAMES)
def test_every_option_counts_in_the_fingerprint(name: str) -> None:
    config = Config(dataset="folder", gate="none")  # which go with any shape and either rule
    if name == "module":  # which goes with network own alone
        config = replace(config, network="own", module="a.Net@1")
    changed = replace(config, **{name: other(name, getattr(config, name))})
    if name == "targets":  # which go with others' values
        config, changed = (Config(dataset="a.csv", targets=kind) for kind in KINDS)
    assert changed.fingerprint() != config.fingerprint()


KINDS: tuple[Literal["classes"], Literal["numbers"]] = ("classes", "numbers")


@pytest.mark.parametrize(
    ("settings", "ways", "mix", "network", "targets"),
    [
        ({}, 5, "hard", "conv4", "classes"),
        ({"dataset": "functions"}, 1, "soft", "mlp", "numbers"),
        ({"dataset": "functions:points=30", "network": "linear"}, 1, "soft", "linear", "numbers"),
        ({"dataset": "a.csv"}, AUTO, AUTO, "mlp", AUTO),
        ({"dataset": "a.PARQUET", "targets": "classes"}, 5, "hard", "mlp", "classes"),
        ({"dataset": "a.npz", "targets": "numbers", "mix": "hard"}, 1, "hard", "mlp", "numbers"),
    ],
)
def test_what_depends_on_the_data_is_put_in_when_it_is_known(
    settings: dict[str, Any], ways: Any, mix: str, network: str, targets: str
) -> None:
    config = Config(**settings)
    assert (config.ways, config.mix, config.network, config.targets) == (
        ways, mix, network, targets
    )  # fmt: skip
    assert config.norm == ("none" if config.of_rows else "batch")
    if targets == AUTO:
        known = replace(config, features=3, targets="classes")
        assert (known.ways, known.mix, known.shape) == (5, "hard", (3,))


def test_errors_are_better_where_there_are_less() -> None:
    numbers, classes = Config(dataset="functions"), Config()
    assert (numbers.metric, numbers.sign) == ("mse", -1)
    assert (classes.metric, classes.sign) == ("accuracy", 1)


@pytest.mark.parametrize(
    ("one", "same"),
    [
        ({"meta_step_size": 1}, {"meta_step_size": 1.0}),
        ({"meta_step_size_end": -0.0}, {"meta_step_size_end": 0}),
        ({"seed": 3, "ways": 4}, {"ways": 4, "seed": 3}),
    ],
)
def test_equal_configs_have_one_fingerprint(one: dict[str, Any], same: dict[str, Any]) -> None:
    assert Config(**one).fingerprint() == Config(**same).fingerprint()


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), SETTING, max_size=4))
def test_any_settings_make_a_config_of_the_right_types_or_one_sentence(
    options: dict[str, Any],
) -> None:
    try:
        config = make_config(options)
    except ConfigError as error:
        sentence = str(error)
    else:
        sentence = ""
        check_types(config)
    assert re.fullmatch(r"--.+: .+|", sentence)


def check_types(config: Config) -> None:
    for one in fields(config):
        value = getattr(config, one.name)
        waits = value == one.default == config.targets == AUTO  # for the data
        assert waits or value in get_args(one.type) or type(value) is one.type


def test_what_is_drawn_here_has_one_shape_and_a_folder_any() -> None:
    assert Config().shape == Config(dataset="omniglot").shape == (1, 28)
    assert Config(dataset="folder", size=32, channels="3").shape == (3, 32)
    assert Config(dataset="folder").channels == AUTO  # until the images have been seen
    for changed in ({"size": 32}, {"channels": "3"}):
        for dataset in ("glyphs:families=2", "omniglot"):
            with pytest.raises(ConfigError, match=f"is for folders of images, and .* {dataset}"):
                Config(dataset=dataset, **changed)  # type: ignore[arg-type]
