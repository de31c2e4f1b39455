"""Rivals of a tree that do without its cuts: one init, or several of all tasks, as well as they can
be trained for what the tree cost."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from treemeta.config import Config
from treemeta.store.records import Tree
from treemeta.tasks.dataset import Dataset
from treemeta.tree.cost import filters_for, multiply_adds, tree_parameters
from treemeta.tree.plan import UNCUT, Absent, Plan

POWERS = (0.5, 1.0, 2.0)  # of losses, by which tasks are drawn
SEEDS_APART = 1_000_000  # between the inits of an ensemble: no seed of a comparison


@dataclass(frozen=True)
class BestOf:
    """Plans of which the one counts that does best on the tasks it was trained on."""

    plans: tuple[Plan, ...]


@dataclass(frozen=True)
class Ensemble:
    """Plans of single inits whose answers are averaged."""

    plans: tuple[Plan, ...]


Planned = Plan | BestOf | Ensemble | Absent
Arm = Callable[[Config, Dataset, Tree], Planned]


def _as_long(config: Config, tree: Tree) -> Config:
    return replace(plain(config), meta_steps=tree.steps)


def plain(config: Config) -> Config:
    """Return the config of one init whose tasks are drawn all alike."""
    return replace(config, arm="joint", focus=0.0)


def equal_compute(config: Config, dataset: Dataset, tree: Tree) -> Planned:
    """Plan one init that is trained for as many steps as the whole tree."""
    joint = _as_long(config, tree)
    # A tree without splits and trials cost what joint does: these are one arm and one training.
    same = joint.meta_steps == config.meta_steps
    return Plan("joint" if same else "joint-equal-compute", joint)


def wide(config: Config, dataset: Dataset, tree: Tree) -> Planned:
    """Plan one init of as many parameters as all leaves, for as many operations as the tree."""
    if not tree.nodes[0].groups:
        return UNCUT
    filters = filters_for(config, tree_parameters(config, tree))
    broad = replace(plain(config), filters=filters)
    steps = round(tree.steps * multiply_adds(config) / multiply_adds(broad))
    return Plan("joint-wide", replace(broad, meta_steps=max(1, steps)))


def reweighted(config: Config, dataset: Dataset, tree: Tree) -> Planned:
    """Plan inits of equal compute whose tasks are drawn by powers of their losses."""
    joint = _as_long(config, tree)
    return BestOf(tuple(Plan("joint-reweighted", replace(joint, focus=p)) for p in POWERS))


def pcgrad(config: Config, dataset: Dataset, tree: Tree) -> Planned:
    """Plan an init of equal compute whose gradients are kept from taking from each other."""
    joint = _as_long(config, tree)
    return Plan("joint-pcgrad", replace(joint, surgery="pcgrad"))


def ensemble(config: Config, dataset: Dataset, tree: Tree) -> Planned:
    """Plan as many inits of all tasks as the tree has leaves, which share its steps evenly."""
    leaves = len(tree.leaves())
    if leaves < 2:
        return UNCUT
    steps = max(1, tree.steps // leaves)
    joint = replace(plain(config), meta_steps=steps, eval_every=0)
    seeds = [config.seed + number * SEEDS_APART for number in range(leaves)]
    return Ensemble(tuple(Plan("ensemble", replace(joint, seed=seed)) for seed in seeds))


RIVALS: dict[str, Arm] = {
    "joint-equal-compute": equal_compute,
    "joint-wide": wide,
    "joint-reweighted": reweighted,
    "joint-pcgrad": pcgrad,
    "ensemble": ensemble,
}
