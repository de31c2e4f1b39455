"""Conflicts between proposed children as phrases."""

from collections.abc import Sequence

from treemeta.store.evidence import Conflict, Evidence
from treemeta.store.records import Node


def conflict_text(evidence: Evidence) -> list[str]:
    """Return how far the mean gradients of proposed children point apart, and which became one."""
    said = [cosines_text(evidence.conflicts)] if evidence.conflicts else []
    if evidence.merged:
        proposed = sum(map(len, evidence.merged))
        left = f" of {cosines_text(evidence.kept)}" if evidence.kept else ""
        said.append(f"{proposed} groups merged into {len(evidence.merged)}{left}")
    return said


def split_conflict(node: Node) -> str | None:
    """Return, for a drawing, the cosines of a split node's children."""
    accepted = [one for one in node.evidence if one.accepted and one.conflicts]
    return cosines_text(accepted[-1].between_children).partition(" (")[0] if accepted else None


def cosines_text(conflicts: Sequence[Conflict]) -> str:
    """Return the cosine of two groups with its interval, of more the least and the greatest."""
    known = [one.cosine for one in conflicts if one.cosine is not None]
    if not known:
        return "conflict unknown, gradients are all noise"
    if len(conflicts) > 1:
        return f"conflicts {min(known):+.2f} to {max(known):+.2f}"
    low, high = conflicts[0].low, conflicts[0].high
    sure = "" if low is None or high is None else f" ({low:+.2f} to {high:+.2f})"
    return f"conflict {known[0]:+.2f}{sure}"
