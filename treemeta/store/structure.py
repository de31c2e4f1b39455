"""What makes a set of stored runs one tree: what somebody else wrote is checked, not believed."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from treemeta.errors import IntegrityError
from treemeta.store.records import ROOT, Node
from treemeta.store.runs import COMMIT, NODE, vouched

if TYPE_CHECKING:
    from mlflow.entities import Run

PARENT = "mlflow.parentRunId"
NODE_NAME = re.compile(r"r[0-9a-zA-Z]*")


@dataclass(frozen=True)
class Singles:
    """The runs of a tree, one for each node, and for the id of every run that of the one kept."""

    runs: tuple["Run", ...]
    kept: Mapping[str, str]


def without_twins(tree: str, runs: Sequence["Run"]) -> Singles:
    """Return one run for each node: two trainings of one tree at once leave several of the same
    content, and killed ones leave some without.

    Raises ``IntegrityError`` where the contents differ.
    """
    of_node: dict[str, list[Run]] = {}
    for run in runs:
        of_node.setdefault(node_name(run), []).append(run)
    chosen: list[Run] = []
    kept: dict[str, str] = {}
    differ: list[str] = []
    for name, same in of_node.items():
        committed = [run for run in same if COMMIT in run.data.tags]
        digests = {json.dumps(vouched(run, COMMIT), sort_keys=True) for run in committed}
        if len(digests) > 1:
            differ.append(name)
        one = min(committed or same, key=lambda run: (run.info.start_time, run.info.run_id))
        chosen.append(one)
        kept |= {run.info.run_id: one.info.run_id for run in same}
    if differ:
        raise IntegrityError(
            f"tree {tree} has several runs for each of {', '.join(differ)}, and they differ: "
            "delete all but one"
        )
    return Singles(tuple(chosen), kept)


def check_structure(tree: str, singles: Singles) -> None:
    """Raise ``IntegrityError`` unless the runs' parent links make one tree that fits the names."""
    names = {run.info.run_id: node_name(run) for run in singles.runs}
    for run in singles.runs:
        name, parent = names[run.info.run_id], run.data.tags.get(PARENT, "")
        parent = singles.kept.get(parent, parent)
        if parent != tree and parent not in names:
            raise IntegrityError(
                f"tree {tree}: node {name!r} is an orphan: restore run {parent!r} or delete run "
                f"{run.info.run_id}"
            )
        if ("" if parent == tree else names[parent]) != name[:-1]:
            raise IntegrityError(
                f"tree {tree}: node {name!r} hangs below the wrong parent: give run "
                f"{run.info.run_id} its own {PARENT} again"
            )


def check_tasks(tree: str, nodes: Sequence[Node], finished: bool) -> None:
    """Raise ``IntegrityError`` unless every node deals its tasks to children that have them; those
    of an unfinished tree may be missing or unfinished themselves."""
    given = {child: group for node in nodes for child, group in node.shares.items()}
    for node in nodes:
        if node.parent is not None and node.name not in given:
            raise IntegrityError(
                f"tree {tree}: node {node.name!r} is none of the children that its parent was "
                f"committed with: delete run {node.run_id}"
            )
    stored = {node.name: node for node in nodes if node.status == "finished"}
    for name, node in stored.items():
        dealt = chain(*node.groups) if node.groups else set(node.tasks)
        if not sorted(dealt) == sorted(node.tasks) == sorted(given.get(name, node.tasks)):
            raise IntegrityError(
                f"tree {tree}: the tasks of node {name!r} are not those of its parent's group, or "
                f"its groups not those of its tasks: delete run {node.run_id}"
            )
        _check_evidence(tree, node)
    if finished and (missing := {ROOT, *given} - stored.keys()):
        raise IntegrityError(
            f"tree {tree} is finished but lacks {', '.join(sorted(missing))}: restore their runs"
        )


def _check_evidence(tree: str, node: Node) -> None:
    for evidence in node.evidence:
        if evidence.proposed and sorted(chain(*evidence.proposed)) != sorted(node.tasks):
            raise IntegrityError(
                f"tree {tree}: node {node.name!r} was proposed to split other tasks than its own: "
                f"delete run {node.run_id}"
            )
        for one in evidence.moved:
            if one.task not in node.shares.get(one.after, ()) or one.before not in node.shares:
                raise IntegrityError(
                    f"tree {tree}: node {node.name!r} moves task {one.task!r} between children "
                    f"that it has not: delete run {node.run_id}"
                )


def node_name(run: "Run") -> str:
    """Return the node's name from a run's tags, or raise ``IntegrityError``."""
    name = str(run.data.tags.get(NODE, ""))
    if not NODE_NAME.fullmatch(name):
        raise IntegrityError(
            f"run {run.info.run_id} has {name!r} for a node name: set its tag {NODE} right"
        )
    return name
