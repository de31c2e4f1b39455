"""Validations as text for a terminal and as files."""

from collections.abc import Mapping
from math import isnan
from typing import Any

from treemeta.report.figures.scatter import scatter
from treemeta.report.validation import Validation
from treemeta.store.documents import json_text


def validation_text(found: Validation) -> str:
    """Return a validation in a few lines."""
    whole = "" if found.corrected is None else f"  corrected for noise {found.corrected:.3f}"
    lines = [
        f"{found.measure} against measured transfer, {found.tasks} tasks, {len(found.pairs)} "
        "ordered pairs",
        f"  Spearman {found.spearman:.3f}{whole}  Mantel p {found.p:.4f}",
        f"  given {', '.join(found.given)}:",
        "  too few pairs to tell"
        if isnan(found.partial_spearman)
        else f"  Spearman {found.partial_spearman:.3f}  Mantel p {found.partial_p:.4f}",
        "reliability: " + ", ".join(f"{k} {v:.3f}" for k, v in found.reliability.items() if v),
    ]
    return "\n".join(lines)


def validation_json(found: Validation, about: Mapping[str, Any]) -> str:
    """Return a validation as json, with every pair."""
    return json_text({**about} | vars(found) | {"pairs": found.pairs.to_dict("records")})


def export_validation(found: Validation, about: Mapping[str, Any], kind: str) -> bytes:
    """Return a validation in one of ``VALIDATED``: its pairs as csv, all as json, or a scatter plot
    of all pairs."""
    if kind == "csv":
        return found.pairs.to_csv(index=False).encode()
    if kind == "json":
        return validation_json(found, about).encode()
    return scatter(found, kind)
