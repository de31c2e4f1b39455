"""Where new tasks belong, as text, csv and json."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd

from treemeta.errors import printable
from treemeta.report.cells import csv_text
from treemeta.report.text import aligned, shares_phrases
from treemeta.store.documents import json_text
from treemeta.tree.placed import Neighbour, Placed


def place_text(placed: Sequence[Placed], metric: str) -> str:
    """Return for each task its node, the lead of the likeliest, what the metric says and shares,
    and below it the nearest known tasks."""
    head = ("task", "node", "lead", metric, "shares")
    rows = list(aligned([head, *(_row(one) for one in placed)]))
    lines = [rows[0]]
    for line, one in zip(rows[1:], placed, strict=True):
        lines += [line, f"  {_near(one.nearest)}"]
    return "\n".join([*lines, "", *_legend(placed, metric)])


def _legend(placed: Sequence[Placed], metric: str) -> Iterator[str]:
    if any(one.margin is not None for one in placed):
        yield "lead: by how much log likelihood the likeliest node led, on average"
    if any(one.accuracy is not None for one in placed):
        counts = sorted({one.episodes for one in placed})
        many = " to ".join(str(count) for count in dict.fromkeys((counts[0], counts[-1])))
        yield f"{metric}: mean of n = {many} episodes of the task"
    yield "shares: of its episodes, or of their weight, that a node answered"
    if any(one.nearest for one in placed):
        yield "nearest: cosine of directions, across halves of episodes (95 % interval)"


def _row(one: Placed) -> tuple[str, ...]:
    return (
        printable(one.task),
        one.node,
        "" if one.margin is None else f"{one.margin:.1f}",
        "" if one.accuracy is None else f"{one.accuracy:.3f}",
        "  ".join(shares_phrases(one.shares)),
    )


def _near(neighbours: Sequence[Neighbour]) -> str:
    if not neighbours:
        return "too few inputs to say which known tasks are nearest"
    return "nearest: " + ", ".join(_neighbour(one) for one in neighbours)


def _neighbour(one: Neighbour) -> str:
    said = f"{printable(one.task)} {one.similarity:.2f}"
    if one.low is None or one.high is None:
        return said
    return f"{said} ({one.low:.2f} to {one.high:.2f})"


def place_csv(placed: Sequence[Placed], metric: str) -> str:
    """Return a row for each task; a column for each candidate's share and each neighbour."""
    return csv_text(pd.DataFrame([_cells(_said(one, metric)) for one in placed]))


def _said(one: Placed, metric: str) -> dict[str, Any]:
    return {metric if name == "accuracy" else name: value for name, value in asdict(one).items()}


def _cells(said: dict[str, Any]) -> dict[str, Any]:
    about = {name: value for name, value in said.items() if name not in ("shares", "nearest")}
    shares = {f"share/{node}": share for node, share in said["shares"].items()}
    near = {
        f"{'nearest' if name == 'task' else name}{rank}": value
        for rank, each in enumerate(said["nearest"], start=1)
        for name, value in each.items()
    }
    return about | shares | near


def place_json(placed: Sequence[Placed], metric: str, about: Mapping[str, Any]) -> str:
    """Return everything as json, after what ``about`` says."""
    return json_text({**about, "metric": metric, "tasks": [_said(one, metric) for one in placed]})
