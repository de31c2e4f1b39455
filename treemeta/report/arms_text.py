"""A comparison of arms as text for a terminal."""

from collections.abc import Iterator

from treemeta.analysis.comparison import TREE, Comparison
from treemeta.analysis.cuts import Cut
from treemeta.analysis.estimate import Estimate
from treemeta.errors import counted, printable
from treemeta.report.chance_text import over_tasks
from treemeta.report.text import FEWEST, aligned

COSTS = ["times the least", "parameters", "to train", "to answer"]
COSTS_MEAN = (
    "parameters: that answering takes; to train, to answer: multiply-adds,",
    "of all training with probes and refused trials, and of one episode with its routing",
)
MOST_GROUPS = 5  # columns of the table; json has all


def arms_text(comparison: Comparison) -> str:
    """Return a comparison as text: a table of arms, the cuts, the routing, and a verdict."""
    tasks = len(next(iter(comparison.tasks.values())))
    seeds = ", ".join(map(str, comparison.seeds))
    word = "seed" if len(comparison.seeds) == 1 else "seeds"
    whole = counted(tasks, "held-out task")
    sure = f"intervals are of 95 %, over {over_tasks(tasks)}"
    sure = "of one task intervals tell nothing" if tasks == 1 else sure
    drawn = len(comparison.task_splits)
    splits = f" in {drawn} task splits" if drawn > 1 else ""
    lines = [f"{comparison.metric} on {whole}{splits}, {word} {seeds}; {sure}", ""]
    lines += [*_table(comparison), "", *_costs(comparison), ""]
    lines += [_cut(one, drawn > 1) for one in comparison.cuts]
    if comparison.routing:
        right, episodes = comparison.routing.right, comparison.routing.episodes
        lines.append(
            f"routing: {right:g} of {episodes} episodes ({right / episodes:.0%}) went to a node "
            "mostly of their own kind"
        )
    seconds = comparison.compute[TREE].probe_seconds if TREE in comparison.compute else 0.0
    if seconds and "joint-equal-compute" in comparison.compute:
        lines.append(
            "joint-equal-compute takes as many steps as the tree with its trials, whose probes and "
            f"deals come on top: {seconds:.1f} s a repeat"
        )
    lines += [f"no {arm}: {printable(reason)}" for arm, reason in comparison.absent.items()]
    if verdict := verdict_of(comparison):
        lines.append(verdict)
    return "\n".join(lines).rstrip("\n")


def verdict_of(comparison: Comparison) -> str | None:
    """Return whether the tree pays, as a sentence, if it was held against one shared init."""
    gain, tasks = comparison.against("joint"), len(next(iter(comparison.tasks.values())))
    if gain is None:
        return None
    if tasks < FEWEST:
        few = f"of so few tasks ({tasks}) that chance may do as much"
        return f"the tree gains {gain.mean:+z.3f} over one shared init, {few}"
    said = f"the tree gains {gain.mean:+z.3f} ({_ends(gain, '+z')}) over one shared init"
    return said if gain.low > 0 or gain.high < 0 else f"{said}: no more than chance may do"


def _table(comparison: Comparison) -> list[str]:
    groups = sorted({group for means in comparison.groups.values() for group in means})
    groups = groups if len(groups) <= MOST_GROUPS else []
    gap = "arm minus tree" if comparison.metric == "mse" else "tree minus arm"
    head = ["arm", comparison.metric, "interval", *map(printable, groups), gap]
    rows = []
    for arm, reached in comparison.arms.items():
        gain = comparison.against(arm)
        known = comparison.groups.get(arm, {})
        means = [f"{known[group]:.3f}" if group in known else "" for group in groups]
        minus = f"{gain.mean:+z.3f} ({_ends(gain, '+z')})" if gain else ""
        rows.append([arm, f"{reached.mean:.3f}", _ends(reached), *means, minus])
    if TREE not in comparison.arms:
        head, rows = head[:-1], [row[:-1] for row in rows]
    lines = list(aligned([head, *rows]))
    return [*lines, "", *_legend(comparison, gap, bool(groups))]


def _legend(comparison: Comparison, gap: str, grouped: bool) -> Iterator[str]:
    mean = "mean squared error" if comparison.metric == "mse" else "share of right answers"
    beside = ", then of each group of tasks" if grouped else ""
    yield f"{comparison.metric}: {mean}, mean of the tasks{beside}"
    if TREE in comparison.arms:
        yield f"{gap}: on the same tasks and episodes; above 0 the tree is better"


def _costs(comparison: Comparison) -> list[str]:
    """Return a table of what every arm takes, in multiples of the least that any does."""
    kinds = ("parameters", "training_operations", "answering_operations")
    taken = {arm: [getattr(one, kind) for kind in kinds] for arm, one in comparison.compute.items()}
    least = [
        min((value for value in column if value), default=1.0)  # what is untrained takes nothing
        for column in zip(*taken.values(), strict=True)
    ]
    rows = [
        [arm, *(f"{value / unit:.2f}" for value, unit in zip(values, least, strict=True))]
        for arm, values in taken.items()
    ]
    return [*aligned([COSTS, *rows]), "", *COSTS_MEAN]


def _ends(one: Estimate, sign: str = "") -> str:
    return f"{one.low:{sign}.3f} to {one.high:{sign}.3f}"


def _cut(one: Cut, split: bool) -> str:
    repeat = f"task split {one.task_split}, seed {one.seed}" if split else f"seed {one.seed}"
    if len(one.groups) == 1:
        return f"{repeat}: no cut"
    sizes = ", ".join(str(len(group)) for group in one.groups)
    ari = "" if one.ari is None else f"; ARI against truth {one.ari:.3f}"
    return f"{repeat}: cut into {len(one.groups)} leaves of {sizes} tasks{ari}"
