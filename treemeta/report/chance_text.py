"""P-values and intervals as phrases: what they can say at most, and of how much they speak."""

from treemeta.store.evidence import Evidence

ROUGH = 8  # tasks: of fewer an interval leans on their being normal


def chance_phrase(evidence: Evidence) -> str:
    """Return the p-values of a cut against deals: of the least that there can be, no more than
    that they are so small."""
    values = (("cut p", evidence.p_cut), ("variance p", evidence.p_variance))
    found = [(name, p) for name, p in values if p is not None]
    if not found:
        return "not held against chance" if evidence.children else ""
    least = 1 / (1 + evidence.deals) + 1e-9 if evidence.deals else 0.0
    limit = f"the least that {evidence.deals} deals can give"
    if all(p <= least for _, p in found):
        return f"{', '.join(f'{name} <= {p:.2g}' for name, p in found)}, {limit}"
    said = [f"{n} <= {p:.2g} ({limit})" if p <= least else f"{n} {p:.2g}" for n, p in found]
    told = not evidence.deals or any(p <= least for _, p in found)
    return ", ".join(said) + ("" if told else f", of {evidence.deals} deals")


def least_phrase(permutations: int) -> str:
    """Return the least p-value that permutations can give."""
    return f"{1 / (1 + permutations):.2g} is the least that {permutations:,} permutations can give"


def over_tasks(tasks: int) -> str:
    """Return how many tasks an interval is over, and that of few it is rough."""
    return f"n = {tasks} tasks" + (": rough" if tasks < ROUGH else "")


def reliability_phrase(reliability: float, digits: int) -> str:
    """Return a reliability; of one below 0, what that means."""
    said = f"reliability {reliability:.{digits}f}"
    return said if reliability >= 0 else f"{said} (below 0: these tasks differ by noise only)"
