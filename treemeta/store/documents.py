"""Json as treemeta writes and reads it: nothing that is no json, nothing a terminal would obey."""

import json
import math
from dataclasses import is_dataclass
from functools import cache
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints


def json_text(document: Any, indent: int | None = None) -> str:
    """Return a document as json: ``null`` for numbers that are not finite, escapes for characters
    that cannot be printed."""
    text = json.dumps(_finite(document), indent=indent, ensure_ascii=False, allow_nan=False)
    return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text) + "\n"


def parse_json(text: str | bytes) -> Any:
    """Return the document of a json text; raises ``ValueError``, for numbers like NaN also."""
    try:
        return json.loads(text, parse_float=_number, parse_constant=_number)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def typed(value: Any, kind: Any) -> Any:
    """Return a parsed value as a type annotation wants it: dataclasses of objects, tuples of lists.

    Raises ``TypeError`` or ``KeyError`` where it is something else.
    """
    origin, inner = get_origin(kind), get_args(kind)
    if origin is UnionType:
        return None if value is None else typed(value, inner[0])
    if origin is tuple and isinstance(value, list):
        return tuple(typed(one, inner[0]) for one in value)
    if origin is dict and isinstance(value, dict):
        return {key: typed(one, inner[1]) for key, one in value.items()}
    if isinstance(kind, type) and is_dataclass(kind) and isinstance(value, dict):
        hints = _hints(kind)
        return kind(**{name: typed(one, hints[name]) for name, one in value.items()})
    if kind is float and type(value) is int and abs(value) < 2**53:
        return float(value)
    if kind is not Any and type(value) is not kind:
        raise TypeError(f"{value!r:.60} is not of type {kind}")
    return value


# A tree has thousands of nodes of one kind.
_hints = cache(get_type_hints)


def _number(text: str) -> float:
    if not math.isfinite(number := float(text)):
        raise ValueError(f"{text} is no finite number")
    return number


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return value
