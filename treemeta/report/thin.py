"""Fewer tasks, where a picture of all of them could not be read."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from treemeta.analysis.groups import groups_of
from treemeta.measures.similarity import Similarity

MOST = 200  # tasks of a picture


def thinned(similarity: Similarity, leaves: Mapping[str, str], most: int = MOST) -> Similarity:
    """Return a similarity of at most so many tasks: of every leaf its most typical ones, by turns,
    until there are enough; all of them where these are no more. It says itself of how many."""
    if len(similarity.tasks) <= most:
        return similarity
    named: dict[str, list[str]] = {}
    for task in similarity.tasks:
        named.setdefault(leaves.get(task, ""), []).append(task)
    groups = groups_of(similarity, named)
    ranked = [
        (place, number, member.task)
        for number, group in enumerate(groups)
        for place, member in enumerate(group.members)
    ]
    kept = {task for _, _, task in sorted(ranked)[:most]}
    shown = only(similarity, [task for task in similarity.tasks if task in kept])
    about = f"the most typical of {len(similarity.tasks)}"
    return replace(shown, about=f"{similarity.about}, {about}" if similarity.about else about)


def only(similarity: Similarity, tasks: Sequence[str]) -> Similarity:
    """Return a similarity of these of its tasks."""

    def of(table: pd.DataFrame) -> pd.DataFrame:
        return table.reindex(index=list(tasks), columns=list(tasks))

    return replace(
        similarity,
        matrix=of(similarity.matrix),
        low=None if similarity.low is None else of(similarity.low),
        high=None if similarity.high is None else of(similarity.high),
        parts={name: of(part) for name, part in similarity.parts.items()},
    )


def left_out(similarity: Similarity, shown: Similarity) -> str:
    """Return what a picture leaves out; nothing where it shows all tasks."""
    if len(shown.tasks) == len(similarity.tasks):
        return ""
    return (
        f"Of {len(similarity.tasks)} tasks the {len(shown.tasks)} most typical of their leaves are "
        "shown. "
    )
