"""Agreement with the truth as tables for a terminal and for files."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from treemeta.analysis.agreement import PARTITION_SCORES, Score
from treemeta.analysis.clusters import PERMUTATIONS, Agreement, agreement_rows
from treemeta.report.cells import csv_text
from treemeta.report.chance_text import least_phrase
from treemeta.store.documents import json_text

ORDER_SCORES = ("triplets", "retrieval", "cophenetic")
CELL = 16
MEANING = (
    "1 is the best; by chance ARI and AMI are 0, and the others what the random rows tell",
    "triplets: of three tasks, are the two that are alike those that descend together?",
    "retrieval: is the task that is most alike of the same family?",
    "cophenetic: correlation of closeness with how deep the common ancestor lies",
    f"p: how often the families, permuted, do as well; {least_phrase(PERMUTATIONS)}",
)


def agreement_text(agreements: Sequence[Agreement]) -> str:
    """Return one block for each truth: a row for each cut of each candidate, with its p-values in
    brackets, then the scores of the order of tasks; and what they mean."""
    blocks = []
    for truth in dict.fromkeys(one.truth for one in agreements):
        rows = [one for one in agreements if one.truth == truth]
        about = f" ({rows[0].about})" if rows[0].about else ""
        lines = [f"{truth}{about}: {rows[0].tasks} tasks in {rows[0].families} families", ""]
        width = max(len(f"{one.candidate}, {cut}") for one in rows for cut in (*one.cuts, ""))
        lines.append(_line("", PARTITION_SCORES, width))
        for one in rows:
            for cut, scores in one.cuts.items():
                cells = [_cell(scores[name]) for name in PARTITION_SCORES]
                lines.append(_line(f"{one.candidate}, {cut}", cells, width))
        lines += ["", _line("", ORDER_SCORES, width)]
        for one in rows:
            cells = [_cell(one.order[name]) for name in ORDER_SCORES]
            lines.append(_line(one.candidate, cells, width))
        blocks.append("\n".join(lines))
    return "\n\n\n".join(blocks) + "\n\n" + "\n".join(MEANING)


def _line(name: str, cells: Sequence[str], width: int) -> str:
    return (f"{name:{width}}" + "".join(f"  {cell:{CELL}}" for cell in cells)).rstrip()


def _cell(score: Score | None) -> str:
    if score is None:
        return "-"
    return f"{score.value:.3f}" + ("" if math.isnan(score.p) else f" (p {score.p:.3f})")


def agreement_csv(agreements: Sequence[Agreement]) -> str:
    """Return a row for each score, with its chance and its p-value."""
    return csv_text(pd.DataFrame(agreement_rows(agreements)))


def agreement_json(agreements: Sequence[Agreement], about: Mapping[str, Any]) -> str:
    """Return the same as json."""
    return json_text({**about, "agreement": agreement_rows(agreements)}, indent=1)
