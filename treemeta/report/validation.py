"""A similarity held against measured transfer: does it tell what it is for?"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.spatial.distance import squareform
from scipy.stats import rankdata

from treemeta.errors import DataError
from treemeta.measures.matrix import Similarity

PERMUTATIONS = 9999
PAIRS = 5  # of tasks for each statistic whose part is taken away
LEAST = 4  # tasks: of three, six permutations are all there are


@dataclass(frozen=True)
class Validation:
    """How a similarity goes with measured transfer over pairs of tasks.

    ``spearman`` with its Mantel p-value, and the same given the nuisance statistics (partial);
    ``reliability`` bounds them both; ``pairs`` has a row for each pair: both tasks, their closeness
    and their transfer.
    """

    measure: str
    against: str
    tasks: int
    spearman: float
    p: float
    partial_spearman: float
    partial_p: float
    given: tuple[str, ...]
    reliability: dict[str, float | None]
    pairs: pd.DataFrame


def validate(similarity: Similarity, transfer: Similarity, nuisance: Similarity) -> Validation:
    """Return how a similarity goes with transfer, the mean of both ways, over pairs of tasks.

    Spearman's rank correlation with a one-sided p-value from permutations of the tasks (Mantel
    1967); the partial one correlates what is left of the ranks after regression on those of the
    differences in each nuisance statistic (Legendre 2000), undefined
    for fewer than five pairs for each of them. All three are about the same tasks in
    the same order. Raises ``DataError`` for fewer than four tasks and undefined entries.
    """
    if len(similarity.tasks) < LEAST:
        raise DataError(f"{len(similarity.tasks)} tasks are too few to validate: it takes {LEAST}")
    x, y = similarity.pairs(), transfer.pairs()
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise DataError("similarity is undefined for some tasks: validate it on others")
    ranks = [rankdata(each) for each in (x, y)]
    controls = [rankdata(part.to_numpy()[_upper(part)]) for part in nuisance.parts.values()]
    spearman, p = _mantel(*ranks)
    partial, partial_p = float("nan"), float("nan")
    if len(x) >= PAIRS * len(controls):
        partial, partial_p = _mantel(*(_residuals(each, controls) for each in ranks))
    a, b = _upper(similarity.matrix)
    names = np.array(similarity.tasks, dtype=object)
    return Validation(
        similarity.measure, transfer.measure, len(names), spearman, p, partial, partial_p,
        tuple(nuisance.parts),
        {each.measure: each.reliability for each in (similarity, transfer)},
        pd.DataFrame({"a": names[a], "b": names[b], similarity.measure: x, transfer.measure: y}),
    )  # fmt: skip


def _upper(matrix: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    return np.triu_indices(len(matrix), 1)


def _residuals(values: np.ndarray, controls: list[np.ndarray]) -> np.ndarray:
    known = np.column_stack([np.ones(len(values)), *controls])
    fitted = known @ np.linalg.lstsq(known, values, rcond=None)[0]
    return np.asarray(values - fitted)


def _mantel(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Return the correlation of two condensed matrices and its p-value; undefined where one is
    constant."""
    from skbio.stats.distance import mantel

    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return float("nan"), float("nan")
    r, p, _ = mantel(
        squareform(x), squareform(y), "pearson", PERMUTATIONS, alternative="greater", seed=0
    )
    return float(r), float(p)
