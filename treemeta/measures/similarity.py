"""What every measure returns: a matrix that says what it is and how sure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import linkage

from treemeta.errors import DataError
from treemeta.tree.cluster import doubly_centred


@dataclass(frozen=True, eq=False)  # tables are neither equal nor not
class Similarity:
    """How alike tasks are by one measure.

    ``matrix`` is named by tasks on both axes; if ``directed``, rows are sources and columns
    targets. ``kind`` says whether more alike is larger (``similarity``) or smaller
    (``distance``). ``low`` and ``high`` are the ends of each pair's 95 % interval, where there is
    one; ``reliability`` is that of the whole matrix after ``episodes`` of each task; ``parts`` are
    further matrices behind this one, by name; ``halves`` says whether a task's entry with itself is
    what two halves of its episodes agree on; ``about`` says of which tree and node.
    """

    measure: str
    kind: Literal["similarity", "distance"]
    matrix: pd.DataFrame
    reliability: float | None = None
    episodes: int = 0
    low: pd.DataFrame | None = None
    high: pd.DataFrame | None = None
    parts: dict[str, pd.DataFrame] = field(default_factory=dict)
    directed: bool = False
    halves: bool = False
    about: str = ""

    @property
    def tasks(self) -> tuple[str, ...]:
        """The names of the tasks, in the order of the matrix."""
        return tuple(self.matrix.index)

    def closeness(self) -> np.ndarray:
        """Return ``float64[n, n]``, symmetric, larger for tasks more alike whatever the kind."""
        values = self.matrix.to_numpy(dtype=np.float64)
        return self._sign() * (values + values.T) / 2

    def ordered(self) -> np.ndarray:
        """Return ``float64[n, n]``, rows sources and columns targets, larger for tasks more alike
        whatever the kind."""
        return self._sign() * self.matrix.to_numpy(dtype=np.float64)

    def inner(self) -> np.ndarray:
        """Return ``float64[n, n]`` inner products of points that lie like the tasks do: the
        closeness itself, or what distances imply about their mean (Torgerson 1952)."""
        closeness = self.closeness()
        if self.kind == "similarity":
            return closeness
        return doubly_centred(-(closeness**2) / 2)

    def pairs(self) -> np.ndarray:
        """Return the closeness of all pairs as ``float64[n (n - 1) / 2]``, row by row; a matrix
        whose square does not fit twice in memory is not copied."""
        values = self.matrix.to_numpy()
        rows = (
            values[i, i + 1 :].astype(np.float64) + values[i + 1 :, i]
            for i in range(len(values) - 1)
        )
        distances = np.empty(len(values) * (len(values) - 1) // 2)
        end = 0
        for row in rows:
            distances[end : end + len(row)] = row
            end += len(row)
        distances *= self._sign() / 2
        return distances

    def _sign(self) -> float:
        return -1.0 if self.kind == "distance" else 1.0


def named(values: np.ndarray, tasks: Sequence[str]) -> pd.DataFrame:
    """Return a matrix with the tasks' names on both axes."""
    return pd.DataFrame(values, index=list(tasks), columns=list(tasks))


def dendrogram_linkage(similarity: Similarity) -> np.ndarray:
    """Return the average linkage of the tasks, as scipy's ``linkage`` (Sokal and Michener 1958).

    Distances are counted from the closest pair or, where that is closer, the closest task to
    itself, so that no height is negative. Raises ``DataError`` for undefined entries.
    """
    distances = similarity.pairs()
    if not np.isfinite(distances).all():
        raise DataError(
            "similarity is undefined for some tasks, so they have no dendrogram: export csv or json"
        )
    own = similarity.matrix.to_numpy().diagonal() * similarity._sign()
    np.subtract(max(float(distances.max()), float(own.max())), distances, out=distances)
    return np.asarray(linkage(distances, "average"))
