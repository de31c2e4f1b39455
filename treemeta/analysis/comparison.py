"""What the arms of a comparison reach and gain over each other, from stored trees alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from treemeta.analysis.costs import Compute, Cost
from treemeta.analysis.cuts import Cut, Routing, cuts_of, routing_of
from treemeta.analysis.estimate import Estimate, Repeat, Values, estimate, level, paired, tells
from treemeta.store.records import Tree

if TYPE_CHECKING:
    import pandas as pd

TREE = "tree"
BY = ("by-loss", "by-task2vec", "by-pixels")  # cut by other measures than directions
ARMS = (
    "scratch", "joint", "joint-equal-compute", "joint-wide", "joint-reweighted", "joint-pcgrad",
    "ensemble", TREE, "trunk", "copies", "random", "oracle", *BY, "best-leaf", "wrong-leaf", "own",
)  # fmt: skip
# Besides the tree against every other arm.
PAIRS = (("random", "joint-equal-compute"), ("oracle", TREE))


@dataclass(frozen=True)
class Entry:
    """One arm in one repeat: the finished tree it is read from, what it costs, and the seconds that
    its probes and deals took, which no meta-step counts."""

    arm: str
    repeat: Repeat
    tree: Tree
    cost: Cost
    probe_seconds: float = 0.0

    def accuracy(self) -> dict[str, float]:
        """Return the accuracy of the arm on every held-out task."""
        if self.arm in CHOICES:
            return {task: self._of_leaf(task) for task in self.tree.routes}
        return self.tree.test_accuracy

    def _of_leaf(self, task: str) -> float:
        """Return a task's accuracy with the leaf that did best or worst on other episodes of it,
        the first of equals."""
        routed, choose = self.tree.routes[task], CHOICES[self.arm]
        leaves, sign = [leaf.name for leaf in self.tree.leaves()], self.tree.sign
        return routed.each[choose(leaves, key=lambda name: sign * routed.elsewhere[name])]


CHOICES = {"best-leaf": max, "wrong-leaf": min}


@dataclass(frozen=True)
class Difference:
    """By how much an arm beats another on the same tasks in the same repeats; in a group of tasks
    or, without one, on all."""

    arm: str
    against: str
    gain: Estimate
    group: str | None = None


@dataclass(frozen=True)
class Comparison:
    """The arms of a comparison, in the order they were asked for; ``tasks`` and ``groups`` hold
    means over repeats, ``differences`` are above 0 where the first of two arms does better,
    ``absent`` says why an arm is not there, or not in every repeat."""

    metric: str
    task_splits: tuple[int, ...]
    seeds: tuple[int, ...]
    arms: dict[str, Estimate]
    tasks: dict[str, dict[str, float]]
    groups: dict[str, dict[str, float]]
    differences: tuple[Difference, ...]
    cuts: tuple[Cut, ...]
    routing: Routing | None
    trees: dict[str, list[str]]
    compute: dict[str, Compute]
    absent: dict[str, str]

    @property
    def table(self) -> "pd.DataFrame":
        """A row for each arm, by its name: its mean, called as the metric is, and what the tree
        gains on it, each with the ends of its 95 % interval; and what the arm takes, see
        ``Compute``. A gain is above 0 where the tree does better."""
        import pandas as pd  # slow, and completion asks for the names of arms

        rows = {}
        for arm, reached in self.arms.items():
            gain = self.against(arm)
            rows[arm] = {
                self.metric: reached.mean, "low": reached.low, "high": reached.high,
                "gain": gain and gain.mean, "gain_low": gain and gain.low,
                "gain_high": gain and gain.high, **asdict(self.compute[arm]),
            }  # fmt: skip
        return pd.DataFrame.from_dict(rows, orient="index", dtype=float).rename_axis("arm")

    def against(self, arm: str) -> Estimate | None:
        """Return by how much the tree beats an arm, if both are there."""
        wanted = (TREE, arm, None)
        gains = [d.gain for d in self.differences if (d.arm, d.against, d.group) == wanted]
        return gains[0] if gains else None


def compare(
    entries: Sequence[Entry], truth: Mapping[str, str], absent: Mapping[str, str]
) -> Comparison:
    """Compare arms by task; ``truth`` is the group of every task of which it is known."""
    arms: dict[str, list[Entry]] = {}
    for entry in entries:
        arms.setdefault(entry.arm, []).append(entry)
    values = {arm: {one.repeat: one.accuracy() for one in some} for arm, some in arms.items()}
    groups = grouped({task for one in entries for task in one.accuracy()}, truth)
    repeats, metric = {one.repeat for one in entries}, entries[0].tree.metric
    return Comparison(
        metric=metric,
        task_splits=tuple(sorted({split for split, _ in repeats})),
        seeds=tuple(sorted({seed for _, seed in repeats})),
        arms={arm: level(of_seeds, metric) for arm, of_seeds in values.items()},
        tasks={arm: _over_repeats(of_seeds) for arm, of_seeds in values.items()},
        groups={
            arm: {
                group: estimate(of_seeds, tasks).mean
                for group, tasks in groups.items()
                if tells(of_seeds, tasks)
            }
            for arm, of_seeds in values.items()
            if groups
        },
        differences=tuple(_differences(values, groups, entries[0].tree.sign)),
        cuts=cuts_of({one.repeat: one.tree for one in arms.get(TREE, [])}, truth),
        routing=routing_of([one.tree for one in arms.get(TREE, [])], truth),
        trees={arm: [one.tree.id for one in some] for arm, some in arms.items()},
        compute={arm: _compute(some) for arm, some in arms.items()},
        absent=dict(absent),
    )


def grouped(tasks: Iterable[str], truth: Mapping[str, str]) -> dict[str, list[str]]:
    """Return tasks by their groups; none where truth does not know several of them all."""
    groups: dict[str, list[str]] = {}
    for task in sorted(tasks):
        if task not in truth:
            return {}
        groups.setdefault(truth[task], []).append(task)
    return dict(sorted(groups.items())) if len(groups) > 1 else {}


def _differences(
    values: Mapping[str, Values], groups: Mapping[str, list[str]], sign: int
) -> Iterable[Difference]:
    pairs = [(TREE, arm) for arm in values if arm != TREE] + list(PAIRS)
    for arm, against in pairs:
        if not (
            values.keys() >= {arm, against} and (d := paired(values[arm], values[against], sign))
        ):
            continue
        yield Difference(arm, against, estimate(d))
        for group, tasks in groups.items():
            if tells(d, tasks):
                yield Difference(arm, against, estimate(d, tasks), group)


def _over_repeats(values: Values) -> dict[str, float]:
    found: dict[str, list[float]] = {}
    for of_repeat in values.values():
        for task, value in of_repeat.items():
            found.setdefault(task, []).append(value)
    return {task: sum(some) / len(some) for task, some in found.items()}


def _compute(entries: Sequence[Entry]) -> Compute:
    episodes = [one.tree.steps * one.tree.config["meta_batch_size"] for one in entries]
    n = len(entries)
    return Compute(
        sum(one.cost.parameters for one in entries) / n,
        sum(episodes) / n,
        sum(one.probe_seconds for one in entries) / n,
        sum(one.cost.training for one in entries) / n,
        sum(one.cost.answering for one in entries) / n,
    )
