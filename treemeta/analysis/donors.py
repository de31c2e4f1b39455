"""Which tasks help which by training, and which do harm: changes against the untouched init."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from treemeta.measures.similarity import Similarity

SHOWN = 3  # donors of a target on either side


@dataclass(frozen=True)
class Donor:
    """What training the init on ``source`` changes for ``target``: its accuracy and its loss, each
    with its 95 % interval over the target's episodes; and how often it beats the other sources."""

    target: str
    source: str
    accuracy: float
    accuracy_low: float
    accuracy_high: float
    loss: float
    loss_low: float
    loss_high: float
    win_rate: float

    @property
    def mark(self) -> str:
        """``+`` for a gain in accuracy, ``-`` for a loss of it, where the interval excludes 0."""
        return "+" if self.accuracy_low > 0 else "-" if self.accuracy_high < 0 else ""

    def row(self) -> dict[str, Any]:
        """Return it as a row, with its mark."""
        return {**asdict(self), "mark": self.mark}


def donors_of(transfer: Similarity) -> dict[str, tuple[Donor, ...]]:
    """Return for each target its donors, the best first: by accuracy, of equals by loss. The target
    itself is one of them."""
    tasks = transfer.tasks
    names = [name for name in Donor.__annotations__ if name in transfer.parts]
    tables = {name: transfer.parts[name].to_numpy(dtype=float) for name in names}
    tables["win_rate"] = transfer.matrix.to_numpy(dtype=float)
    found = {}
    for j, target in enumerate(tasks):
        order = np.lexsort((tables["loss"][:, j], -tables["accuracy"][:, j]))
        found[target] = tuple(
            Donor(target, tasks[i], **{name: float(table[i, j]) for name, table in tables.items()})
            for i in order
        )
    return found


def best_and_worst(donors: tuple[Donor, ...]) -> tuple[tuple[Donor, ...], tuple[Donor, ...]]:
    """Return the best and the worst donors but the target itself, none in both: of a single one
    nobody knows the worst."""
    others = [one for one in donors if one.source != one.target]
    half = (len(others) + 1) // 2
    return tuple(others[: min(SHOWN, half)]), tuple(others[: half - 1 : -1][:SHOWN])
