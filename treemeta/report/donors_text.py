"""Gain and harm between tasks as a table for a terminal, and as rows for files."""

from itertools import zip_longest
from typing import Any

import pandas as pd

from treemeta.analysis.donors import Donor, best_and_worst, donors_of
from treemeta.errors import printable
from treemeta.measures.similarity import Similarity
from treemeta.report.cells import csv_text
from treemeta.report.closest import reliability_text
from treemeta.report.text import aligned

# What a gain is called, and what it is.
CHANGES = {
    "accuracy": (
        "change of accuracy (95 %)",
        "change: accuracy on the target after training the init on the donor, less the untouched "
        "init's",
    ),
    "mse_saved": (
        "mse saved (95 %)",
        "saved: the untouched init's mse on the target, less that after training the init on the "
        "donor",
    ),
}
BY_CHANCE = 0.025  # of donors without effect, the share that is marked either way


def donors_text(transfer: Similarity) -> str:
    """Return for each target its best and its worst donors side by side, each with what training on
    it changes and its interval; and what the columns mean."""
    donors = donors_of(transfer)
    rows = [row for target, ordered in donors.items() for row in _rows(target, ordered)]
    others = [one for each in donors.values() for one in each if one.source != one.target]
    marks = [one.mark for one in others]
    change, meaning = CHANGES[next(iter(donors.values()))[0].gained]
    head = ("target", "by itself", "best donors", change, "worst donors", change)
    chance = f"{BY_CHANCE * len(others):.1f}"
    lines = [
        *aligned([head, *rows]),
        "",
        meaning,
        f"(95 %): over n = {transfer.episodes} episodes of the target, half of them after each of "
        "two trainings on the donor",
        "+ gain, - harm: the interval excludes 0; changes of loss are in csv and json",
        f"of {len(others)} pairs {marks.count('+')} gain and {marks.count('-')} harm; by chance "
        f"alone about {chance} each way",
    ]
    if reliable := reliability_text(transfer):
        lines.append(f"win rates, which are the matrix: {reliable}")
    return "\n".join(lines)


def _rows(target: str, ordered: tuple[Donor, ...]) -> list[list[str]]:
    own = next(one for one in ordered if one.source == target)
    first = [printable(target), f"{own.gain:+z.3f}{own.mark}"]
    pairs = list(zip_longest(*best_and_worst(ordered))) or [(None, None)]
    return [
        [*(first if i == 0 else ["", ""]), *_cells(best), *_cells(worst)]
        for i, (best, worst) in enumerate(pairs)
    ]


def _cells(one: Donor | None) -> tuple[str, str]:
    if one is None:
        return "", ""
    sure = f"({one.low:+z.3f} to {one.high:+z.3f})"
    return printable(one.source), f"{one.gain:+z.3f} {sure} {one.mark}".rstrip()


def donors_rows(transfer: Similarity) -> list[dict[str, Any]]:
    """Return a row for each target and donor, the best donors of a target first."""
    return [one.row() for each in donors_of(transfer).values() for one in each]


def donors_csv(transfer: Similarity) -> str:
    """Return the same as csv, with the number of episodes that each interval is over."""
    return csv_text(pd.DataFrame(donors_rows(transfer)).assign(episodes=transfer.episodes))
