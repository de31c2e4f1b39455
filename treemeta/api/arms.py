"""The arms of a comparison, trained or found trained, one by one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from treemeta.analysis.comparison import BY, Entry
from treemeta.analysis.estimate import Repeat
from treemeta.api.clock import Clock, repeat_text
from treemeta.config import Config
from treemeta.errors import ConfigError
from treemeta.measures.cut_by import cuts_by
from treemeta.measures.subject import Subject
from treemeta.pages import Say, cost_of
from treemeta.store.read import read_seconds
from treemeta.store.records import Tree
from treemeta.store.registry import open_registry
from treemeta.tasks.dataset import Dataset
from treemeta.tree.arms import BESIDE_TREE, plan_of, plan_told, senseless
from treemeta.tree.obtain import Place, obtain
from treemeta.tree.obtain_several import obtain_best, obtain_together
from treemeta.tree.plan import UNCUT, Absent
from treemeta.tree.rivals import BestOf, Ensemble, Planned

Repeats = Mapping[Repeat, tuple[Config, Dataset]]


def run_arms(
    place: Place,
    repeats: Repeats,
    arms: Sequence[str],
    say: Say,
    compared: Callable[[Tree], None] = lambda tree: None,
) -> tuple[list[Entry], dict[str, str]]:
    """Train every arm in every repeat, by its config on its data, or find it trained; also return
    why arms are absent. A tree is ``compared`` as soon as the arms beside it are trained, if any
    had to be."""
    # The tree comes first, as most others are made to its measure.
    others = [arm for arm in arms if arm != "tree"]
    first, _ = next(iter(repeats.values()))
    beside = {"tree", *BESIDE_TREE, *BY} & {arm for arm in arms if not senseless(arm, first)}
    queue = ["tree", *others] if beside else others
    clock, entries = Clock(len(queue) * len(repeats), say), []
    absent: dict[str, dict[Repeat, str]] = {}
    for repeat, (config, dataset) in repeats.items():
        tree, before = None, clock.trained
        for arm in queue:
            outcome = run_arm(replace(place, dataset=dataset), config, arm, tree, clock)
            if isinstance(outcome, str):
                absent.setdefault(arm, {})[repeat] = outcome
                continue
            tree = outcome.tree if arm == "tree" else tree
            entries += [outcome] if arm in arms else []
        if tree and clock.trained > before:
            compared(tree)
    reasons = {arm: reason_of(why, list(repeats)) for arm, why in absent.items()}
    if not entries:
        said = "; ".join(f"{arm}: {reason}" for arm, reason in reasons.items())
        raise ConfigError(f"--arms names none that make sense here ({said}): name others")
    return sorted(entries, key=lambda one: (arms.index(one.arm), one.repeat)), reasons


def run_arm(place: Place, config: Config, arm: str, tree: Tree | None, clock: Clock) -> Entry | str:
    """Return an arm of a config, trained or found trained, or why it is absent."""
    plan = cut_by(place, config, arm, tree) or plan_of(arm, config, place.dataset, tree)
    if isinstance(plan, Absent):
        clock.tell(config, arm, f"left out, {plan.reason}")
        return plan.reason
    place = replace(place, listening=partial(clock.begin, config, arm, place.listening))
    if isinstance(plan, BestOf):
        grown, trained = obtain_best(place, plan)
    elif isinstance(plan, Ensemble):
        grown, trained = obtain_together(place, plan)
    else:
        grown, trained = obtain(place, plan, tree)
    outcome = "trained" if trained else "stored"
    clock.tell(config, arm, f"tree {grown.id[:8]} {outcome}", trained)
    cost = cost_of(grown, len(plan.plans) if isinstance(plan, Ensemble) else 1)
    if isinstance(plan, BestOf):  # those that were not chosen had to be trained, too
        cost = replace(cost, training=len(plan.plans) * cost.training)
    seconds = read_seconds(open_registry(place.uri), grown.id)
    return Entry(arm, (config.task_split, config.seed), grown, cost, seconds)


def cut_by(place: Place, config: Config, arm: str, tree: Tree | None) -> Planned | None:
    """Return the plan of an arm that another measure cuts at the tree's root; none for others."""
    if arm not in BY or tree is None:
        return None
    root = tree.nodes[0]
    if not root.groups:
        return UNCUT
    registry = open_registry(place.uri)
    subject = Subject(registry, tree, root, lambda: place.engine, device=place.device)
    return plan_told(arm, cuts_by(arm.removeprefix("by-"), subject), config, tree)


def reason_of(why: Mapping[Repeat, str], repeats: Sequence[Repeat]) -> str:
    """Return why an arm is absent; where it is not in every repeat, in which for what reason."""
    if len(why) == len(repeats) and len(set(why.values())) == 1:
        return next(iter(why.values()))
    return "; ".join(f"with {repeat_text(repeat)} {reason}" for repeat, reason in why.items())
