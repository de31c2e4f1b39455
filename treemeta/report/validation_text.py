"""Validations as text for a terminal and as json."""

from collections.abc import Mapping, Sequence
from math import isnan
from typing import Any

from treemeta.analysis.ordered import PERMUTATIONS
from treemeta.analysis.validation import Validation
from treemeta.report.chance_text import least_phrase
from treemeta.report.text import aligned
from treemeta.store.documents import json_text

HEAD = ("measure", "Spearman", "without noise", "p", "given nuisance", "p", "reliability")


def validation_text(validation: Validation, beside: Sequence[Validation] = ()) -> str:
    """Return a validation as a table, with a row for each measure that it is held beside."""
    reliable = validation.transfer_reliability
    lines = [
        f"against measured transfer, {validation.tasks} tasks, {len(validation.pairs)} ordered "
        "pairs, each target's mean taken away",
        *aligned([HEAD, *map(_row, (validation, *beside))]),
        "Spearman: rank correlation of closeness with the loss that a source saves its target",
        f"p: Mantel's, of which {least_phrase(PERMUTATIONS)}",
        f"without noise: divided by the root of both reliabilities, transfer's is "
        f"{'unknown' if reliable is None else f'{reliable:.3f}'};",
        "  the measure's is of its matrix with the targets' means, so this is rather too low",
    ]
    if validation.given:
        lines.append(f"nuisance: {', '.join(validation.given)}")
    if validation.given and isnan(validation.partial_spearman):
        lines.append("too few pairs to tell what is left given the nuisance")
    return "\n".join(lines)


def _row(validation: Validation) -> list[str]:
    values = (
        (validation.spearman, 3),
        (validation.corrected, 3),
        (validation.p, 4),
        (validation.partial_spearman, 3),
        (validation.partial_p, 4),
        (validation.reliability[validation.measure], 3),
    )
    return [validation.measure, *("" if x is None or isnan(x) else f"{x:.{d}f}" for x, d in values)]


def validation_json(
    validation: Validation, about: Mapping[str, Any], beside: Sequence[Validation] = ()
) -> str:
    """Return a validation as json, with every pair, and those that it is held beside without."""
    others = [{k: v for k, v in vars(one).items() if k != "pairs"} for one in beside]
    pairs = validation.pairs.to_dict("records")
    return json_text({**about} | vars(validation) | {"pairs": pairs, "beside": others})
