"""Labels that a program gives: any objects that can be told apart, and told again."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from treemeta.errors import DataError, brief


def as_labels(values: Any, count: int) -> list[Any]:
    """Return a label for each of so many inputs, as it was given; a number of numpy's or torch's is
    Python's. Raises ``DataError`` for missing ones, and for two that are one as text."""
    listed = [_own(one) for one in _listed(values)]
    if len(listed) != count:
        raise DataError(f"{count} inputs of a support have {len(listed)} labels: give one for each")
    missing = [at for at, one in enumerate(listed) if pd.api.types.is_scalar(one) and pd.isna(one)]
    if missing:
        raise DataError(
            f"{len(missing)} of {count} inputs of a support have no label, the first of them input "
            f"{missing[0]}: name their classes, or leave them out"
        )
    for one in listed:
        if not _is_known_again(one):
            raise DataError(
                f"label {brief(one)} of a support is a {type(one).__name__}, which cannot be told "
                "apart from others: give text, numbers or tuples"
            )
    _check_own(listed)
    return listed


def in_turn(labels: Iterable[Any]) -> list[Any]:
    """Return different labels sorted; by their text, where they have no order of their own."""
    found = list(dict.fromkeys(labels))
    try:
        return sorted(found)
    except TypeError:
        return sorted(found, key=str)


def _listed(values: Any) -> Sequence[Any]:
    if isinstance(values, pd.Series | pd.Index | pd.api.extensions.ExtensionArray):
        return list(values)  # as the dates that they are
    if np.ma.is_masked(values):
        what = "masked in part"
    elif hasattr(values, "__array__"):
        array = np.asarray(values)
        if array.ndim == 1:
            return list(array)
        what = f"of shape {array.shape}"
    elif isinstance(values, Sequence) and not isinstance(values, str | bytes):
        return values
    else:
        what = brief(values)
    raise DataError(f"labels of a support are {what}: give a list, a label for each input")


def _own(label: Any) -> Any:
    """Return a number of numpy's or torch's as Python's, which is written as it was typed."""
    kind = getattr(getattr(label, "dtype", None), "kind", "")
    return label.item() if getattr(label, "ndim", None) == 0 and kind not in ("m", "M") else label


def _is_known_again(label: Any) -> bool:
    try:
        return hash(label) is not None
    except TypeError:  # a list, or a tuple of lists
        return False


def _check_own(labels: Sequence[Any]) -> None:
    """Raise where two labels are equal and written in two ways, or the other way round."""
    written: dict[str, Any] = {}
    equal: dict[Any, Any] = {}
    for one in labels:
        for first in (written.setdefault(str(one), one), equal.setdefault(one, one)):
            if first != one or str(first) != str(one):
                raise DataError(
                    f"labels {brief(first)} and {brief(one)} of a support would be taken for one: "
                    "rename one"
                )
