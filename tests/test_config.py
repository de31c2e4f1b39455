import math
import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treemeta.config import Config, make_config, read_config
from treemeta.errors import ConfigError

NAMES = [one.name for one in fields(Config)]
BOUNDED = [
    (one.name, bound, one.metadata[bound])
    for one in fields(Config)
    for bound in ("least", "most")
    if one.metadata[bound] is not None
]
SETTING = (
    st.integers() | st.floats() | st.booleans() | st.text(max_size=5) | st.lists(st.integers())
)


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
    config = Config()
    changed = replace(config, **{name: other(name, getattr(config, name))})
    assert changed.fingerprint() != config.fingerprint()


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
        assert value in get_args(one.type) or type(value) is one.type


@pytest.mark.parametrize(("name", "bound", "limit"), BOUNDED)
def test_a_bound_is_kept(name: str, bound: str, limit: float) -> None:
    room = {"deals": 10**13} if name == "level" else {}
    assert getattr(Config(**room | {name: limit}), name) == limit
    step = {"least": -1, "most": 1}[bound] * (1 if isinstance(limit, int) else 1e-13)
    with pytest.raises(ConfigError, match=f"--{name.replace('_', '-')} is .*: it must be"):
        Config(**room | {name: limit + step})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seed", True),
        ("seed", 1.0),
        ("seed", "1"),
        ("seed", None),
        ("inner_lr", False),
        ("inner_lr", "0.1"),
        ("transductive", 1),
        ("dataset", 3),
        ("dataset", ["glyphs"]),
    ],
)
def test_a_value_of_another_type_is_refused(name: str, value: Any) -> None:
    flag = name.replace("_", "-")
    with pytest.raises(ConfigError, match=f"--{flag} is .*: it takes a value of type"):
        Config(**{name: value})


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 10**400])
def test_a_number_that_is_not_finite_is_refused(value: float) -> None:
    with pytest.raises(ConfigError, match=r"--inner-lr is .*: it takes a finite number"):
        Config(inner_lr=value)


@pytest.mark.parametrize("value", ["forest", "", True, ["tree"]])
def test_a_choice_names_what_to_choose_from(value: Any) -> None:
    with pytest.raises(ConfigError, match="choose tree or reptile or scratch"):
        Config(arm=value)


@settings(deadline=None)
@given(st.floats(1e-6, 1 / 21))
def test_the_advice_on_deals_helps(level: float) -> None:
    with pytest.raises(ConfigError, match="use at least") as caught:
        Config(level=level)
    advice = re.search(r"at least (\d+) deals", str(caught.value))
    assert advice
    assert Config(level=level, deals=int(advice[1])).level == level


def test_a_batch_larger_than_an_episode_is_refused() -> None:
    assert Config(inner_batch_size=50).inner_batch_size == 50
    with pytest.raises(ConfigError, match="--inner-batch-size 51 exceeds an episode's 50 images"):
        Config(inner_batch_size=51)


def test_a_later_layer_wins_and_none_means_not_given() -> None:
    config = make_config({"seed": 1, "ways": 3}, {"seed": 2, "ways": None}, {"shots": None})
    assert config == Config(seed=2, ways=3)


def test_sections_mean_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text(
        'seed = 3\n[data]\ndataset = "é"\n[meta]\nmeta_step_size = 1\n[empty]\n', "utf-8"
    )
    assert read_config(file) == {"seed": 3, "dataset": "é", "meta_step_size": 1}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"meta_step = 3", "sets 'meta_step', which is no option: did you mean 'meta_steps'"),
        (b"[a]\nqwertyuiop = 3", "sets 'qwertyuiop', .*: see treemeta train --help"),
        (b"[a.b]\nseed = 3", "sets 'b', which is no option"),
        (b"seed = 1\n[a]\nseed = 1", "sets 'seed' twice: keep one"),
        (b"[a]\nseed = 1\n[b]\nseed = 2", "sets 'seed' twice: keep one"),
        (b"seed = 1\nseed = 2", "is not TOML: "),
        (b"seed =", "is not TOML: "),
        (b"\x80\x00\xff\xfe garbage", "is not TOML: "),
        (b"seed = " + b"[" * 100_000, "is not TOML: "),
        (b"seed = " + b"1" * 5_000, "is not TOML: "),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_file_that_makes_no_sense_is_refused(tmp_path: Path, text: bytes, message: str) -> None:
    file = tmp_path / "a.toml"
    file.write_bytes(text)
    with pytest.raises(ConfigError) as caught:
        read_config(file)
    assert re.fullmatch(f"config {re.escape(str(file))} {message}.*", str(caught.value))


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match=r"cannot be read: (No such|Is a)"):
        read_config(tmp_path / name)
