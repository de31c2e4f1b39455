"""Answers to queries as csv and json. Names of files are anybody's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from treemeta.errors import printable
from treemeta.report.cells import csv_text
from treemeta.report.text import shares_phrases
from treemeta.store.documents import json_text

if TYPE_CHECKING:
    import numpy as np


DIGITS = 6  # of a float32 no more are known


@dataclass(frozen=True)
class Told:
    """What was answered: the names of queries and classes, and the probability of each class for
    each query, ``float32[queries, classes]``; or where there are no classes the number of each
    query, ``float64[queries]``. What is ``asked`` is a file, or a row by its number."""

    names: Sequence[str] | Sequence[int]
    classes: Sequence[str]
    answers: "np.ndarray"
    asked: str = "file"

    def rows(self) -> list[dict[str, Any]]:
        """Return for each query what it is called, and its target, or the likeliest class and the
        probability of it; of equals the first."""
        if not self.classes:
            told: list[dict[str, Any]] = [{"target": float(one)} for one in self.answers]
        else:
            told = [
                {"class": self.classes[at], "probability": float(row[at])}
                for at, row in zip(self.answers.argmax(1), self.answers, strict=True)
            ]
        return [{self.asked: name} | row for name, row in zip(self.names, told, strict=True)]


def answer_csv(told: Told) -> str:
    """Return a row for each query: file or row, and class and probability, or target; names as a
    terminal may show them."""
    shown = [{key: _cell(one) for key, one in row.items()} for row in told.rows()]
    columns = [told.asked, *(("class", "probability") if told.classes else ("target",))]
    return csv_text(pd.DataFrame(shown, columns=columns))


def _cell(value: Any) -> Any:
    """Return a value as csv has it: what can be printed of a name, of a number what is known."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    return printable(value) if isinstance(value, str) else value


def answered_by(weights: Mapping[str, float], margin: float | None) -> str:
    """Return which nodes answered, by the weight of each; nothing where there was no choice."""
    if len(weights) < 2:
        return ""
    lead = "" if margin is None else f"; the likeliest leads by {margin:.1f} in log likelihood"
    return f"answered by {', '.join(shares_phrases(weights))}{lead}"


def answer_json(told: Told, about: Mapping[str, Any]) -> str:
    """Return the answers as json, after what ``about`` says, each with the probabilities of all
    classes where there are any; names are as they are."""
    if not told.classes:
        return json_text({**about, "answers": told.rows()})
    answers = [
        row | {"probabilities": dict(zip(told.classes, values.tolist(), strict=True))}
        for row, values in zip(told.rows(), told.answers, strict=True)
    ]
    return json_text({**about, "classes": list(told.classes), "answers": answers})
