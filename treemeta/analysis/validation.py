"""A similarity held against measured transfer: does it tell what it is for?"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from treemeta.analysis.ordered import centred, mantel, others, ranked, residuals
from treemeta.errors import DataError
from treemeta.measures.similarity import Similarity
from treemeta.randomness import generator
from treemeta.tree.reliability import pairs_correlation, stepped_up

PAIRS = 5  # of tasks for each statistic whose part is taken away
LEAST = 4  # tasks: of three, six permutations are all there are


@dataclass(frozen=True)
class Validation:
    """How a similarity goes with measured transfer over ordered pairs of tasks.

    ``spearman`` with its Mantel p-value, and the same given the nuisance statistics (partial);
    ``corrected`` is what endless episodes of both would show, where both reliabilities are known,
    or rather less: a measure's is of its matrix as it is, which is surer than around the targets'
    means; ``reliability`` is that of each, ``transfer_reliability`` the latter again; ``pairs`` has
    a row for each pair: the source ``a``, the target ``b``, their closeness and the gain of the
    target, both around the target's mean; ``about`` says of which tree and node.
    """

    measure: str
    against: str
    tasks: int
    spearman: float
    p: float
    corrected: float | None
    partial_spearman: float
    partial_p: float
    given: tuple[str, ...]
    reliability: dict[str, float | None]
    transfer_reliability: float | None
    pairs: pd.DataFrame
    about: str = ""


def validate(
    similarity: Similarity, transfer: Similarity, nuisance: Similarity | None
) -> Validation:
    """Return how a similarity goes with by how much training on a source lowers a target's loss.

    Spearman's rank correlation over ordered pairs, a symmetric measure counted both ways, after
    each target's mean over its sources is taken away; with a p-value from permutations of the tasks
    (Mantel 1967), one-sided. The partial one correlates what is left of the ranks after linear
    regression on those of the differences in each nuisance statistic and in all together (Legendre
    2000), undefined for fewer than five pairs for each of these, and where there are none, as of
    rows. All three are about the same tasks in
    the same order. Raises ``DataError`` for fewer than four tasks and undefined entries.
    """
    n = len(similarity.tasks)
    if n < LEAST:
        raise DataError(f"{n} tasks are too few to validate: it takes {LEAST}")
    x, y = centred(similarity.ordered()), centred(-transfer.parts["loss"].to_numpy())
    if not (np.isfinite(x[others(n)]).all() and np.isfinite(y[others(n)]).all()):
        raise DataError("similarity is undefined for some tasks: validate it on others")
    statistics = nuisance.parts if nuisance else {}
    near = [nuisance.matrix, *statistics.values()] if nuisance else []
    controls = [ranked(centred(part.to_numpy())) for part in near]
    spearman, p = mantel(ranked(x), ranked(y), generator(0, "mantel"))
    partial, partial_p = float("nan"), float("nan")
    if controls and n * (n - 1) // 2 >= PAIRS * len(controls):
        ours, theirs = (residuals(ranked(each), controls) for each in (x, y))
        partial, partial_p = mantel(ours, theirs, generator(0, "mantel", "partial"))
    reliable = transfer_reliability(transfer)
    return Validation(
        measure=similarity.measure,
        against=transfer.measure,
        tasks=n,
        spearman=spearman,
        p=p,
        corrected=corrected(spearman, similarity.reliability, reliable),
        partial_spearman=partial,
        partial_p=partial_p,
        given=tuple(statistics),
        reliability={similarity.measure: similarity.reliability, transfer.measure: reliable},
        transfer_reliability=reliable,
        pairs=_pairs(similarity, transfer.measure, x, y),
        about=similarity.about,
    )


def transfer_reliability(transfer: Similarity) -> float | None:
    """Return the reliability of the gains that a similarity is held against: the correlation of
    their two replicates, stepped up to the mean of both (Spearman 1910, Brown 1910)."""
    first, second = (
        centred(-transfer.parts[f"loss_{which}"].to_numpy()) for which in ("first", "second")
    )
    return stepped_up(pairs_correlation(first, second))


def corrected(correlation: float, *reliabilities: float | None) -> float | None:
    """Return a correlation divided by the geometric mean of two reliabilities (Spearman 1904);
    ``None`` where one of them is unknown or not above 0."""
    known = [one for one in reliabilities if one is not None and one > 0]
    if len(known) < len(reliabilities):
        return None
    return float(correlation / np.sqrt(np.prod(known)))


def _pairs(similarity: Similarity, against: str, x: np.ndarray, y: np.ndarray) -> pd.DataFrame:
    names = np.array(similarity.tasks, dtype=object)
    a, b = np.nonzero(others(len(names)))
    return pd.DataFrame(
        {"a": names[a], "b": names[b], similarity.measure: x[a, b], against: y[a, b]}
    )
