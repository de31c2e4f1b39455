"""Similarities as text for a terminal: for each task those closest to it, and how sure that is."""

from collections.abc import Iterator

import numpy as np

from treemeta.errors import printable
from treemeta.measures.similarity import Similarity
from treemeta.report.chance_text import reliability_phrase
from treemeta.report.text import WIDTH, aligned
from treemeta.tree.reliability import prices

NEAREST = 3  # tasks at most
CLOSE = 0.2  # where all pairs lie within this, two digits do not tell them apart


def similarity_text(similarity: Similarity) -> str:
    """Return for each task its similarity to itself and the tasks closest to it, as many as a line
    holds, each with its interval."""
    values = similarity.matrix.to_numpy(dtype=float)
    ordered, digits = similarity.ordered(), _digits(values[~np.eye(len(values), dtype=bool)])
    width = max(len("task"), *(len(printable(name)) for name in similarity.tasks))
    lines = [f"{'task':{width}}    self   closest by {similarity.measure}"]
    for at, name in enumerate(similarity.tasks):
        order = _order(ordered, at)[:NEAREST]
        near = [" ".join(_neighbour(similarity, values, i, at, digits)).rstrip() for i in order]
        begun = f"{printable(name):{width}}  {values[at, at]:6.{digits}f}   "
        while near[1:] and len(begun) + len(", ".join(near)) > WIDTH:
            near.pop()
        lines.append(begun + ", ".join(near))
    return "\n".join([*lines, "", *_legend(similarity), reliability_text(similarity)]).rstrip()


def neighbours_text(similarity: Similarity, task: str) -> str:
    """Return how alike all other tasks are to one, the closest first, each with its interval."""
    at = similarity.tasks.index(task)
    values, order = similarity.matrix.to_numpy(dtype=float), _order(similarity.ordered(), at)
    digits = _digits(values[order, at])
    said = "best donors of" if similarity.measure == "transfer" else "closest to"
    head = (f"{said} {printable(task)}", similarity.measure, "")
    rows = [head, *(_neighbour(similarity, values, i, at, digits) for i in order)]
    rows += [("self", f"{values[at, at]:.{digits}f}", "")]
    return "\n".join(
        [*aligned(rows), "", *_legend(similarity), reliability_text(similarity)]
    ).rstrip()


def _order(ordered: np.ndarray, at: int) -> np.ndarray:
    """Return where the other tasks stand, the closest to one first."""
    order = np.argsort(-ordered[:, at], kind="stable")
    return order[order != at]


def _digits(values: np.ndarray) -> int:
    return 2 if values.size == 0 or not np.ptp(values) < CLOSE else 3


def _legend(similarity: Similarity) -> Iterator[str]:
    """Yield what the numbers mean."""
    sense = "more is more alike" if similarity.kind == "similarity" else "less is more alike"
    yield f"{similarity.measure}: a {similarity.kind}, {sense}"
    if similarity.halves:
        yield "self: what a task's own halves of episodes agree on, the ceiling that noise sets"
    if similarity.low is not None:
        yield f"(a to b): 95 % interval over n = {similarity.episodes} episodes of each task"


def _neighbour(
    similarity: Similarity, values: np.ndarray, i: int, at: int, digits: int
) -> tuple[str, str, str]:
    """Return a task's name, how alike it is to another, and between what that lies."""
    said = printable(similarity.tasks[i]), f"{values[i, at]:.{digits}f}"
    if similarity.low is None or similarity.high is None:
        return *said, ""
    low, high = (table.to_numpy()[i, at] for table in (similarity.low, similarity.high))
    return *said, f"({low:.{digits}f} to {high:.{digits}f})"


def reliability_text(similarity: Similarity) -> str:
    """Return how reliable a matrix is, and what more would cost; nothing for a measure that draws
    no episodes."""
    now, episodes = similarity.reliability, similarity.episodes
    if not episodes:
        return ""
    if now is None:
        return "reliability is not defined for fewer than four tasks"
    costs = prices(now, episodes).items()
    more = ", ".join(f"{goal} would take up to {cost:,}" for goal, cost in costs)
    said = f"{reliability_phrase(now, 3)} from {episodes} episodes per task"
    return said + (f"; {more}" if more else "")
