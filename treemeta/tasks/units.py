"""The units of a table's numbers: what each column was before it was brought to mean 0 and
deviation 1."""

from dataclasses import dataclass

import numpy as np

from treemeta.errors import DataError


@dataclass(frozen=True)
class Units:
    """The mean and the deviation of every feature of a table, and of its target where there is
    one; ``names`` is what the features are called, nothing where they come from an array."""

    means: tuple[float, ...]
    deviations: tuple[float, ...]
    target_mean: float = 0.0
    target_deviation: float = 1.0
    names: tuple[str, ...] = ()

    def rows(self, rows: np.ndarray) -> np.ndarray:
        """Return rows ``[n, features]`` in these units, ``float32[n, features]``."""
        return _scaled(rows, np.array(self.means), np.array(self.deviations))

    def targets(self, targets: np.ndarray) -> np.ndarray:
        """Return numbers ``[n]`` in these units, ``float32[n]``."""
        return _scaled(targets, np.array(self.target_mean), np.array(self.target_deviation))

    def told(self, targets: np.ndarray) -> np.ndarray:
        """Return numbers that are in these units as the data had them, ``float64[n]``."""
        return targets.astype(np.float64) * self.target_deviation + self.target_mean


def units_of(rows: np.ndarray, targets: np.ndarray | None, names: tuple[str, ...] = ()) -> Units:
    """Return the units of a table's rows and targets, its features called so; a column that is
    constant keeps its own deviation, so that it is at 0."""
    means, deviations = _spread(rows)
    mean, deviation = (0.0, 1.0) if targets is None else map(float, _spread(targets))
    return Units(tuple(means.tolist()), tuple(deviations.tolist()), mean, deviation, names)


def _spread(array: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    deviation = array.std(0, dtype=np.float64)
    return array.mean(0, dtype=np.float64), np.where(deviation > 0, deviation, 1.0)


def _scaled(array: np.ndarray, mean: np.ndarray, deviation: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        scaled = ((array - mean) / deviation).astype(np.float32)
    if (far := ~np.isfinite(scaled)).any():
        raise DataError(
            f"the table has {float(array[far][0]):g}, which is too far from all that the tree was "
            "grown on to be told apart from it: give the numbers in the same unit"
        )
    return scaled
