"""A comparison of arms as a table and as json."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd

from treemeta.analysis.comparison import Comparison, Difference, Entry
from treemeta.store.documents import json_text


def arms_dict(comparison: Comparison) -> dict[str, Any]:
    """Return a comparison as ``treemeta compare --json`` prints it."""
    return {
        "metric": comparison.metric,
        "task_splits": list(comparison.task_splits),
        "seeds": list(comparison.seeds),
        "arms": {
            arm: asdict(one) | {"tasks": comparison.tasks[arm]}
            for arm, one in comparison.arms.items()
        },
        "differences": [_difference(one) for one in comparison.differences],
        "cuts": [asdict(one) for one in comparison.cuts],
        "routing": asdict(comparison.routing) if comparison.routing else None,
        "trees": comparison.trees,
        "absent": comparison.absent,
        "groups": comparison.groups,
        "compute": {arm: asdict(one) for arm, one in comparison.compute.items()},
    }


def _difference(one: Difference) -> dict[str, Any]:
    group = {} if one.group is None else {"group": one.group}
    return {"arm": one.arm, "against": one.against, **asdict(one.gain), **group}


def arms_json(comparison: Comparison) -> str:
    """Return a comparison as json."""
    return json_text(arms_dict(comparison), indent=2)


def arms_table(entries: Sequence[Entry], truth: Mapping[str, str]) -> pd.DataFrame:
    """Return a row for every arm, repeat and held-out task: what intervals are computed from, under
    the name of the metric."""
    metric = entries[0].tree.metric
    rows = [
        (one.arm, *one.repeat, task, truth.get(task), accuracy, one.tree.id)
        for one in entries
        for task, accuracy in sorted(one.accuracy().items())
    ]
    return pd.DataFrame(
        rows, columns=["arm", "task_split", "seed", "task", "group", metric, "tree"]
    )
