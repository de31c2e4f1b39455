"""Gains as a table for a terminal, as csv and as json."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from treemeta.analysis.gains import Cell, Gains
from treemeta.errors import printable
from treemeta.report.cells import csv_text
from treemeta.report.text import WIDTH
from treemeta.store.documents import json_text

BY_CHANCE = 0.025  # of cells without a difference, the share that is marked either way


def gains_text(gains: Gains) -> str:
    """Return a table of accuracies, nodes as rows, or as columns where tasks would not fit; cells
    that differ from the parent's by more than noise end in ``+`` or ``-``; and what these add up to
    in the leaves."""
    at = gains.at()
    shown = {key: f"{cell.accuracy:.2f}{cell.mark or ' '}" for key, cell in at.items()}
    table = [["", *gains.tasks]]
    table += [[node, *(shown[node, task] for task in gains.tasks)] for node in gains.nodes]
    lines = _lined(table)
    if max(map(len, lines)) > WIDTH:
        lines = _lined([list(column) for column in zip(*table, strict=True)])
    return "\n".join([*lines, "", *_summary(gains)])


def _lined(table: Sequence[Sequence[str]]) -> list[str]:
    table = [[printable(cell) for cell in row] for row in table]
    first, *widths = (max(map(len, column)) for column in zip(*table, strict=True))
    return [
        f"{name:{first}}"
        + "".join(f"  {c:>{w}}" for c, w in zip(cells, widths, strict=True)).rstrip()
        for name, *cells in table
    ]


def _summary(gains: Gains) -> list[str]:
    leaves = [cell for cell in gains.cells if cell.node in gains.leaves and cell.gain is not None]
    if not leaves:
        return [f"no node has a parent; {gains.episodes} episodes of each task"]
    said = [f"leaf cells: {_counted(leaves)}"]
    if own := [cell for cell in leaves if cell.own]:
        said.append(f"on the leaves' own tasks: {_counted(own)}")
    chance = f"{BY_CHANCE * len(leaves):.1f}"
    return [
        f"cells: {gains.metric} of a task answered from a node; + better than from its parent, - "
        "worse:",
        f"the 95 % interval of the difference, over n = {gains.episodes} episodes, excludes 0",
        *said,
        f"{gains.episodes} episodes of each task, the same for all nodes; by chance alone about "
        f"{chance} each way",
    ]


def _counted(cells: Sequence[Cell]) -> str:
    marks = [cell.mark for cell in cells]
    return f"{marks.count('+')} of {len(cells)} gain on their parent, {marks.count('-')} lose"


def gains_csv(gains: Gains) -> str:
    """Return a row for each node and task; what is undefined is an empty cell."""
    return csv_text(pd.DataFrame(gains.rows(), columns=gains.columns))


def gains_json(gains: Gains, about: Mapping[str, Any]) -> str:
    """Return everything as json, after what ``about`` says."""
    return json_text(
        {
            **about,
            "metric": gains.metric,
            "nodes": list(gains.nodes),
            "leaves": list(gains.leaves),
            "tasks": list(gains.tasks),
            "episodes": gains.episodes,
            "cells": gains.rows(),
        }
    )
