"""The groups of a tree as a table for a terminal, and as rows for files."""

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from treemeta.analysis.clusters import Agreement
from treemeta.analysis.groups import Group, Grouping, Member
from treemeta.errors import counted, printable
from treemeta.report.agreement_text import agreement_text
from treemeta.report.cells import csv_text
from treemeta.report.chance_text import chance_phrase
from treemeta.report.legend import p_legend
from treemeta.report.text import WIDTH, aligned
from treemeta.store.evidence import Evidence

NUMBERS = 5  # columns, and then names
HEAD = ("group", "tasks", "support", "within", "between", "typical", "fits worst (margin, nearest)")


def clusters_text(
    grouping: Grouping | None, agreements: Sequence[Agreement], consensus: bool
) -> str:
    """Return the groups, where there are any, and below how clusters agree with the truth, where
    one is known."""
    said = [groups_text(grouping, consensus)] if grouping else []
    return "\n\n\n".join([*said, *([agreement_text(agreements)] if agreements else [])])


def groups_text(grouping: Grouping, consensus: bool = False) -> str:
    """Return a row for each group, below it its typical tasks and those that fit worst, how the
    groups came about, and what the columns mean."""
    told = [line for said in title(grouping) for line in _wrapped(said, "", "  ")]
    meant = [line for said in legend(grouping, consensus) for line in _wrapped(said, "", "  ")]
    return "\n".join([*told, "", *_table(grouping), "", *meant])


def _table(grouping: Grouping) -> Iterator[str]:
    rows = [groups_row(group) for group in grouping.groups]
    head, *lines = aligned([HEAD[:NUMBERS], *(row[:NUMBERS] for row in rows)])
    yield head
    for line, row in zip(lines, rows, strict=True):
        yield line
        for name, told in zip(HEAD[NUMBERS:], row[NUMBERS:], strict=True):
            yield from _wrapped(f"{name}: {told}", " " * 4, " " * 6)


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip


def title(grouping: Grouping) -> Iterator[str]:
    """Yield how many groups there are and how they came about."""
    tasks = sum(len(group.members) for group in grouping.groups)
    count = counted(tasks, "task")
    if grouping.made == "grown":
        yield f"{count} in {len(grouping.groups)} groups: the leaves below {grouping.node}"
    else:
        yield f"{grouping.node} was not split: its {count} are one group"
    if grouping.refused:
        yield f"asked at step {grouping.refused.step}: {evidence_phrase(grouping.refused)}"
    for split, one in _origins(grouping).items():
        yield f"{printable(split)} was split at step {one.step}: {evidence_phrase(one)}"
    if grouping.made == "proposed":
        yield f"the {len(grouping.groups)} groups that were proposed there, and refused:"


def _origins(grouping: Grouping) -> dict[str, Evidence]:
    """Return the evidence of every split that made a group, by the node that was split."""
    return {group.split: group.evidence for group in grouping.groups if group.evidence}


def evidence_phrase(evidence: Evidence) -> str:
    """Return why a node was split or was not, how often chance does as well, and how surely."""
    said = [printable(evidence.reason), chance_phrase(evidence)]
    if evidence.stability is not None:
        said.append(f"stability {evidence.stability:.2f}")
    return "; ".join(part for part in said if part)


def groups_row(group: Group) -> list[str]:
    """Return the cells of a group below ``HEAD``."""
    typical = ", ".join(printable(one.task) for one in group.exemplars)
    worst = ", ".join(map(_misfit, group.misfits)) or "-"
    support = "-" if group.support is None else f"{group.support:.2f}"
    close = [_number(group.within), _number(group.between)]
    return [printable(group.name), str(len(group.members)), support, *close, typical, worst]


def _misfit(member: Member) -> str:
    if member.margin is None:
        return printable(member.task)
    return f"{printable(member.task)} ({member.margin:+.3f}, {printable(member.nearest)})"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def legend(grouping: Grouping, consensus: bool) -> Iterator[str]:
    """Yield what the columns mean."""
    if any(group.support is not None for group in grouping.groups):
        share = "trees that have" if consensus else "resampled splits that make"
        yield f"support: the share of {share} just this group"
    asked = [one for one in (*_origins(grouping).values(), grouping.refused) if one]
    if any(one.stability is not None for one in asked):
        yield "stability: how much of the least stable group reappears when episodes are resampled"
    if any(one.p_cut is not None for one in asked):
        yield p_legend(grouping.metric)
    yield (
        f"within, between: mean {grouping.measure} closeness of pairs of its tasks, and to the "
        "tasks of other groups"
    )
    if len(grouping.groups) > 1:
        members = [member for group in grouping.groups for member in group.members]
        astray = sum(1 for one in members if one.margin is not None and one.margin < 0)
        yield (
            "margin: closeness to the own group less that to the nearest other; below 0 for "
            f"{astray} of {len(members)} tasks"
        )
    if grouping.apart:
        yield f"{len(grouping.apart)} more tasks were measured: they lie in no group of the tree"


def groups_rows(grouping: Grouping) -> list[dict[str, Any]]:
    """Return a row for each group, with its evidence and all its members."""
    return [
        {
            "group": group.name,
            "tasks": len(group.members),
            **_of_split(group.evidence or grouping.refused),
            "split": group.split,
            "support": group.support,
            "within": group.within,
            "between": group.between,
            "typical": [one.task for one in group.exemplars],
            "fits_worst": [one.task for one in group.misfits],
            "members": [vars(one) | {"margin": one.margin} for one in group.members],
        }
        for group in grouping.groups
    ]


def _of_split(evidence: Evidence | None) -> dict[str, Any]:
    names = ("step", "accepted", "reason", "p_variance", "p_cut", "deals", "stability")
    return {name: getattr(evidence, name, None) for name in names}


def groups_dict(grouping: Grouping) -> dict[str, Any]:
    """Return everything that is known of groups, as json takes it."""
    return {
        "made": grouping.made,
        "measure": grouping.measure,
        "groups": groups_rows(grouping),
        "apart": list(grouping.apart),
    }


def groups_table(grouping: Grouping) -> pd.DataFrame:
    """Return a row for each task, the medoid of each group first, with what is known of the
    group."""
    rows = [
        {"made": grouping.made, "group": row["group"], **member}
        | {f"group_{name}": row[name] for name in ("tasks", "support", "within", "between")}
        | {name: row[name] for name in ("split", *_of_split(None))}
        for row in groups_rows(grouping)
        for member in row["members"]
    ]
    return pd.DataFrame(rows)


def groups_csv(grouping: Grouping) -> str:
    """Return ``groups_table`` as csv."""
    return csv_text(groups_table(grouping))
