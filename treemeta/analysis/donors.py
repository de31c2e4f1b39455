"""Which tasks help which by training, and which do harm: changes against the untouched init."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from treemeta.measures.similarity import Similarity

SHOWN = 3  # donors of a target on either side
GAINED = ("accuracy", "mse_saved")  # by whether tasks tell classes or numbers


@dataclass(frozen=True)
class Donor:
    """What training the init on ``source`` changes for ``target``: what it gains, more of it being
    better, and its loss, each with its 95 % interval over the target's episodes; and how often it
    beats the other sources. ``gained`` says of what: ``accuracy`` or, of the mean squared error,
    ``mse_saved``."""

    target: str
    source: str
    gained: str
    gain: float
    low: float
    high: float
    loss: float
    loss_low: float
    loss_high: float
    win_rate: float

    @property
    def mark(self) -> str:
        """``+`` for a gain, ``-`` for harm, where the interval excludes 0."""
        return "+" if self.low > 0 else "-" if self.high < 0 else ""

    def row(self) -> dict[str, Any]:
        """Return it as a row that calls the gain by its name, with its mark."""
        called = dict(zip(("gain", "low", "high"), with_ends(self.gained), strict=True))
        row = {called.get(name, name): value for name, value in asdict(self).items()}
        del row["gained"]
        return {**row, "mark": self.mark}


def with_ends(name: str) -> tuple[str, str, str]:
    """Return what a part of transfer and the ends of its intervals are called."""
    return name, f"{name}_low", f"{name}_high"


def donors_of(transfer: Similarity) -> dict[str, tuple[Donor, ...]]:
    """Return for each target its donors, the best first: by gain, of equals by loss. The target
    itself is one of them."""
    tasks = transfer.tasks
    gained = next(name for name in GAINED if name in transfer.parts)
    names = (*with_ends(gained), *with_ends("loss"))
    tables = [*(transfer.parts[name] for name in names), transfer.matrix]
    values = np.stack([table.to_numpy(dtype=float) for table in tables])
    found = {}
    for j, target in enumerate(tasks):
        order = np.lexsort((values[names.index("loss"), :, j], -values[0, :, j]))
        found[target] = tuple(
            Donor(target, tasks[i], gained, *map(float, values[:, i, j])) for i in order
        )
    return found


def best_and_worst(donors: tuple[Donor, ...]) -> tuple[tuple[Donor, ...], tuple[Donor, ...]]:
    """Return the best and the worst donors but the target itself, none in both: of a single one
    nobody knows the worst."""
    others = [one for one in donors if one.source != one.target]
    half = (len(others) + 1) // 2
    return tuple(others[: min(SHOWN, half)]), tuple(others[: half - 1 : -1][:SHOWN])
