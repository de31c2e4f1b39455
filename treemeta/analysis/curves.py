"""How arms fare on the way: held-out accuracy over meta-steps, over all repeats."""

from collections.abc import Sequence
from dataclasses import dataclass

from treemeta.analysis.comparison import CHOICES, TREE, Entry
from treemeta.analysis.estimate import Estimate, estimate


@dataclass(frozen=True)
class Curve:
    """An arm's accuracy at steps of its path; without steps, an arm that is not trained or was not
    examined on its way: only what it reached. Its means are over so many ``tasks``."""

    arm: str
    steps: tuple[int, ...]
    accuracy: tuple[Estimate, ...]
    tasks: int


def curves_of(entries: Sequence[Entry]) -> tuple[Curve, ...]:
    """Return the curve of every arm at the steps that all of its repeats have."""
    curves = []
    for arm in dict.fromkeys(one.arm for one in entries):
        mine = [one for one in entries if one.arm == arm]
        known = [_points(one) for one in mine]
        steps = sorted(set.intersection(*map(set, known)))
        values = [
            {one.repeat: points[step] for one, points in zip(mine, known, strict=True)}
            for step in steps
        ] or [{one.repeat: one.accuracy() for one in mine}]
        tasks = {task for of_repeats in values for one in of_repeats.values() for task in one}
        curves.append(Curve(arm, tuple(steps), tuple(map(estimate, values)), len(tasks)))
    return tuple(curves)


def _points(entry: Entry) -> dict[int, dict[str, float]]:
    """Return an arm's accuracies by step, the last at the end of its path."""
    tree = entry.tree
    if entry.arm in CHOICES or not tree.curve:
        return {}
    end = {tree.config["meta_steps"]: tree.test_accuracy}
    return {point.step: point.accuracy for point in tree.curve} | end


def split_steps(entries: Sequence[Entry]) -> tuple[int, ...]:
    """Return every step at which a tree split, with any seed."""
    return tuple(
        sorted(
            {
                node.end
                for one in entries
                if one.arm == TREE
                for node in one.tree.nodes
                if node.groups
            }
        )
    )
