"""Similarities as text for a terminal: for each task those closest to it, and how sure that is."""

import numpy as np

from treemeta.measures.similarity import Similarity
from treemeta.report.text import printable
from treemeta.tree.reliability import prices

NEAREST = 3
CLOSE = 0.2  # where all pairs lie within this, two digits do not tell them apart


def similarity_text(similarity: Similarity) -> str:
    """Return for each task its similarity to itself and the tasks closest to it, each with its
    interval."""
    values = similarity.matrix.to_numpy(dtype=float)
    closeness = similarity.closeness()
    others = values[~np.eye(len(values), dtype=bool)]
    digits = 2 if others.size == 0 or not np.ptp(others) < CLOSE else 3
    width = max(len("task"), *(len(printable(name)) for name in similarity.tasks))
    lines = [f"{'task':{width}}    self   closest by {similarity.measure}"]
    for at, name in enumerate(similarity.tasks):
        order = [i for i in np.argsort(-closeness[:, at], kind="stable") if i != at][:NEAREST]
        near = ", ".join(_neighbour(similarity, values, int(i), at, digits) for i in order)
        lines.append(f"{printable(name):{width}}  {values[at, at]:6.{digits}f}   {near}")
    return "\n".join([*lines, "", reliability_text(similarity)]).rstrip()


def _neighbour(similarity: Similarity, values: np.ndarray, i: int, at: int, digits: int) -> str:
    said = f"{printable(similarity.tasks[i])} {values[i, at]:.{digits}f}"
    if similarity.low is None or similarity.high is None:
        return said
    low, high = (table.to_numpy()[i, at] for table in (similarity.low, similarity.high))
    return f"{said} ({low:.2f} to {high:.2f})"


def reliability_text(similarity: Similarity) -> str:
    """Return how reliable a matrix is, and what more would cost; nothing for a measure that draws
    no episodes."""
    now, episodes = similarity.reliability, similarity.episodes
    if not episodes:
        return ""
    if now is None:
        return "reliability is not defined for fewer than four tasks"
    costs = prices(now, episodes).items()
    more = ", ".join(f"{goal} would take about {cost:,}" for goal, cost in costs)
    said = f"reliability {now:.3f} from {episodes} episodes per task"
    return said + (f"; {more}" if more else "")
