"""A tree that has learned from a support, to be asked with arrays."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from treemeta.engine.local import Engine
from treemeta.errors import ConfigError, some_of
from treemeta.tasks.support import inputs_from
from treemeta.tasks.units import Units
from treemeta.tree.answer import Adapted
from treemeta.tree.route import Route


@dataclass(frozen=True, eq=False)  # arrays are neither equal nor not
class Predictor:
    """A tree that has learned from a support. It tells the labels of other inputs, each by itself.

    ``labels`` are those of the support, sorted, or by their text where they have no order of their
    own; none where tasks tell numbers. ``units`` are those of the data, where they are rows.
    """

    adapted: Adapted
    labels: tuple[Any, ...]
    units: Units | None
    engine: Engine

    def __repr__(self) -> str:
        known = f"labels {some_of(self.labels)}" if self.labels else "numbers"
        best = max(self.route.weights, key=lambda name: self.route.weights[name])
        return f"Predictor: {known}, by node {best}"

    @property
    def route(self) -> Route:
        """Where the support went: the weight of every node that may answer."""
        return self.adapted.route

    def predict(self, inputs: Any) -> "pd.Series[Any]":
        """Return the likeliest label of each input; where tasks tell numbers, what each is
        expected to be, in the data's own units."""
        if self.labels:
            return self.probabilities(inputs).idxmax(axis=1).rename("label")
        told = self._told(inputs)
        own = self.units.told(told) if self.units else told.astype(np.float64)
        return pd.Series(own, index=_rows(inputs), name="number")

    def probabilities(self, inputs: Any) -> pd.DataFrame:
        """Return the probability of every label, a column each in the order of ``labels``, for
        every input, a row each; raises ``ConfigError`` where tasks tell numbers."""
        if not self.labels:
            raise ConfigError("the tree tells numbers, which have no probabilities: use predict")
        mixed = len({type(label) for label in self.labels}) > 1  # 2 beside 0.5 stays no 2.0
        labels = pd.Index(self.labels, dtype=object if mixed else None, tupleize_cols=False)
        return pd.DataFrame(self._told(inputs), index=_rows(inputs), columns=labels)

    def _told(self, inputs: Any) -> np.ndarray:
        query = inputs_from(self.adapted.config, self.units, inputs)
        return self.adapted.answer(query, self.engine)


def _rows(inputs: Any) -> Any:
    """Return what rows of inputs are called, if they are called anything."""
    return inputs.index if isinstance(inputs, pd.DataFrame) else None
