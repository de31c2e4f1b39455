import json
import math
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trees import HOSTILE
from treemeta.store.documents import json_text, parse_json, typed

SCALARS = st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False)
DOCUMENTS = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10
)


@dataclass(frozen=True)
class Inner:
    step: int


@dataclass(frozen=True)
class Outer:
    name: str
    score: float | None
    groups: tuple[tuple[str, ...], ...]
    inner: tuple[Inner, ...] = ()


@given(DOCUMENTS)
def test_documents_read_back_and_show_nothing_that_a_terminal_obeys(document: object) -> None:
    text = json_text(document)

    def finite(value: object) -> object:
        if isinstance(value, float) and math.isinf(value):
            return None
        if isinstance(value, list):
            return [finite(one) for one in value]
        return {k: finite(v) for k, v in value.items()} if isinstance(value, dict) else value

    assert json.loads(text) == finite(document)
    assert text.endswith("\n")
    assert text[:-1].isprintable()


def test_readable_names_stay_readable() -> None:
    assert json_text(["Ñandú", "日本"]) == '["Ñandú", "日本"]\n'


@pytest.mark.parametrize("name", HOSTILE)
def test_indented_text_has_no_line_that_a_name_made(name: str) -> None:
    assert json_text([name], indent=1).count("\n") == 3


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_not_finite_become_null(number: float) -> None:
    assert json.loads(json_text({"a": [(number, 1.5)]})) == {"a": [[None, 1.5]]}


@pytest.mark.parametrize(
    "text", ["", "{", "NaN", "[Infinity]", "-Infinity", "1e999", "[" * 100_000, b"\xff", "9" * 5000]
)
def test_what_is_no_json_is_a_value_error(text: str | bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  any of them
        parse_json(text)


def test_records_are_made_of_objects() -> None:
    stored = {"name": "r", "score": 1, "groups": [["a"], []], "inner": [{"step": 2}]}
    made = typed(stored, Outer)
    assert made == Outer("r", 1.0, (("a",), ()), (Inner(2),))
    assert isinstance(made.score, float)
    assert typed(stored | {"score": None}, Outer).score is None


@pytest.mark.parametrize(
    "change",
    [
        {"name": 5},
        {"name": None},
        {"score": "high"},
        {"score": True},
        {"score": 10**400},
        {"groups": "ab"},
        {"groups": ["ab"]},
        {"groups": [[1]]},
        {"groups": {}},
        {"inner": [{"step": 2.0}]},
        {"inner": [{"step": True}]},
        {"inner": [{}]},
        {"inner": [[]]},
        {"other": 1},
    ],
)
def test_values_of_another_type_are_refused(change: dict[str, object]) -> None:
    stored = {"name": "r", "score": 1.0, "groups": []}
    with pytest.raises((TypeError, KeyError)):
        typed(stored | change, Outer)


def test_a_record_that_is_no_object_is_refused() -> None:
    with pytest.raises(TypeError):
        typed([], Outer)
    with pytest.raises(TypeError):
        typed({"a": 1}, dict[str, str])
