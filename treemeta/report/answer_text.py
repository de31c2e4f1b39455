"""Answers to queries as csv and json. Names of files are anybody's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from treemeta.report.cells import csv_text
from treemeta.report.text import printable
from treemeta.store.documents import json_text

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Told:
    """What was answered: the names of queries and classes, and the probability of each class for
    each query, ``float32[queries, classes]``."""

    names: Sequence[str]
    classes: Sequence[str]
    probabilities: "np.ndarray"

    def rows(self) -> list[dict[str, Any]]:
        """Return for each query its file, the likeliest class, and the probability of it; of
        equals the first."""
        best = self.probabilities.argmax(1)
        return [
            {"file": name, "class": self.classes[at], "probability": float(row[at])}
            for name, at, row in zip(self.names, best, self.probabilities, strict=True)
        ]


def answer_csv(told: Told) -> str:
    """Return a row for each query: file, class, probability; names as a terminal may show them."""
    shown = [row | {key: printable(row[key]) for key in ("file", "class")} for row in told.rows()]
    return csv_text(pd.DataFrame(shown, columns=["file", "class", "probability"]))


def answer_json(told: Told, about: Mapping[str, Any]) -> str:
    """Return the answers as json, after what ``about`` says, each with the probabilities of all
    classes; names are as they are."""
    answers = [
        row | {"probabilities": dict(zip(told.classes, values.tolist(), strict=True))}
        for row, values in zip(told.rows(), told.probabilities, strict=True)
    ]
    return json_text({**about, "classes": list(told.classes), "answers": answers})
