import math
from dataclasses import fields
from typing import Any

import pytest

from tests.trees import sentence
from treemeta.config import Config
from treemeta.errors import ConfigError

BOUNDED = [
    (one.name, bound, one.metadata[bound])
    for one in fields(Config)
    for bound in ("least", "most")
    if one.metadata[bound] is not None
]


@pytest.mark.parametrize(("name", "bound", "limit"), BOUNDED)
def test_a_bound_is_kept(name: str, bound: str, limit: float) -> None:
    rooms = {"level": {"deals": 10**13}, "ways": {"dataset": "functions"}}
    room = rooms.get(name, {"dataset": "folder"})
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


@pytest.mark.parametrize("name", ["dataset", "arm"])
def test_what_is_long_is_shown_by_its_beginning(name: str) -> None:
    with pytest.raises(ConfigError, match=rf"--{name} is {{'aaa") as caught:
        Config(**{name: {"a" * 999: [1] * 999}})
    sentence(caught)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 10**400])
def test_a_number_that_is_not_finite_is_refused(value: float) -> None:
    with pytest.raises(ConfigError, match=r"--inner-lr is .*: it takes a finite number"):
        Config(inner_lr=value)


@pytest.mark.parametrize("value", ["forest", "", True, ["tree"]])
def test_a_choice_names_what_to_choose_from(value: Any) -> None:
    with pytest.raises(ConfigError, match="choose tree, joint or scratch"):
        Config(arm=value)
