"""Names and dendrograms in Newick format."""

import re

from treemeta.measures.similarity import Similarity, dendrogram_linkage
from treemeta.report.text import printable


def newick_name(name: str) -> str:
    """Return a name as Newick takes it, in quotes where it has to be."""
    if re.fullmatch(r"[\w.\-]+", name) and "_" not in name:
        return name
    # Unquoted, an underscore would read as a blank; Newick has no escapes but the doubled quote.
    return "'" + printable(name).replace("'", "''") + "'"


def linkage_newick(similarity: Similarity) -> str:
    """Return the dendrogram of the tasks (average linkage): a branch is as long as the difference
    between the heights of its ends."""
    tasks = similarity.tasks
    if len(tasks) == 1:
        return f"{newick_name(tasks[0])};\n"
    clades = [newick_name(task) for task in tasks]
    heights = [0.0] * len(tasks)
    for left, right, height, _ in dendrogram_linkage(similarity):
        parts = []
        for side in (int(left), int(right)):
            parts.append(f"{clades[side]}:{max(height - heights[side], 0.0):.6g}")
            clades[side] = ""  # every clade is part of one other: what was joined is not kept twice
        clades.append(f"({','.join(parts)})")
        heights.append(float(height))
    return clades[-1] + ";\n"
