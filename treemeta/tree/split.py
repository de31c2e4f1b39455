"""Whether a node should split, and into what: cuts are proposed, held against chance, judged."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from treemeta.config import Config
from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.randomness import generator
from treemeta.store.evidence import Evidence, Groups
from treemeta.tree.conflict import View, conflicts, crossed, reconciled
from treemeta.tree.deals import Dealt, chance_of, deal_statistics, is_light, seen_as_deals
from treemeta.tree.evidence import NullTest, Resamples, Statistics, null_test, resample, statistics
from treemeta.tree.judge import objection_to
from treemeta.tree.probe import Probe
from treemeta.tree.products import gram, products
from treemeta.tree.propose import Proposal, fewest, joined, numbers_of_children, propose, steadiest


@dataclass(frozen=True)
class Split:
    """Tasks in groups, by name, with the support of each group; what the children share; and the
    groups into which resampled episodes would be cut."""

    groups: Groups
    supports: tuple[float, ...]
    share: str = "none"
    again: tuple[Groups, ...] = ()

    def regrouped(self, groups: Groups) -> "Split":
        """Return the split after tasks have moved: what supports a group now is how often just
        it reappears."""
        if groups == self.groups:
            return self
        if not self.again:
            return replace(self, groups=groups)
        found = [[set(group) for group in cut] for cut in self.again]
        supports = (sum(set(group) in cut for cut in found) / len(found) for group in groups)
        return replace(self, groups=groups, supports=tuple(supports))


def weigh_split(
    setting: Setting,
    trainee: Trainee,
    observed: Probe,
    dealt: Dealt = lambda of_deals: None,
    known: Sequence[Statistics] = (),
) -> tuple[Split | None, Evidence]:
    """Decide by the config's rule whether a node splits where it stands, and say why.

    ``observed`` is the node's own probe there, and of its deals the first are ``known``; a refusal
    is evidence too.
    """
    config, tasks = setting.config, len(trainee.tasks)
    ks = numbers_of_children(config, tasks)
    if len(ks) == 0:
        few = f"{tasks} tasks make no two children of {config.min_tasks}"
        return None, Evidence(trainee.step, False, few)
    own = gram(observed)
    deals = partial(deal_statistics, setting, trainee, ks, dealt=dealt, known=known)
    proposal, null, evidence = _chosen(setting, trainee, observed, own, ks, deals)
    evidence = replace(evidence, proposed=groups_of(observed.tasks, proposal.labels))
    views: tuple[View, ...] = ()
    if config.direction == "meta_gradient":  # no other direction is that of what is trained
        views = crossed(own, proposal.labels, config.min_tasks)
        evidence = replace(evidence, conflicts=conflicts(proposal.labels, views))
    if null and (objection := objection_to(config, proposal, null)):
        return None, replace(evidence, accepted=False, reason=objection)
    # Of numbers, a prior of its own pays a child even where nothing conflicts.
    if null and views and config.targets == "classes":
        return reconcile(observed.tasks, proposal, views, evidence)
    return split_of(observed.tasks, proposal), evidence


def _chosen(
    setting: Setting,
    trainee: Trainee,
    observed: Probe,
    own: np.ndarray,
    ks: range,
    deals: Callable[[np.ndarray], list[Statistics]],
) -> tuple[Proposal, NullTest | None, Evidence]:
    """Return the cut into the number of children that the rule prefers, its test against chance,
    and what that says of it."""
    config = setting.config
    whole, again = products(own), resampled(config, trainee, own, "resample")
    proposals = propose(whole, again, ks, config)
    if config.rule == "always":
        k, null, seen_statistics = steadiest(proposals), None, statistics(whole, ks, config)
    else:
        light = is_light(config)
        seen = seen_as_deals(setting, trainee, observed)
        seen_statistics = statistics(products(seen), ks, config)
        null = null_test(seen_statistics, deals(seen))
        among = [k for k, p in zip(ks, null.p_cuts, strict=True) if p <= config.level] or list(ks)
        if config.direction == "meta_gradient":
            steady = [k for k in among if proposals[k].steadiness >= config.min_stability]
            among = steady or among
        drawn = resampled(config, trainee, seen, "lightly") if light else again
        k = fewest(null, ks, among, drawn, config)
    at = k - ks.start
    return (
        proposals[k],
        null,
        evidence_of(config, trainee.step, proposals[k], seen_statistics, null, at),
    )


def reconcile(
    tasks: tuple[str, ...], proposal: Proposal, views: Sequence[View], evidence: Evidence
) -> tuple[Split | None, Evidence]:
    """Return a split in which every two children conflict, those that do not being one; none where
    that leaves one child."""
    to = reconciled(views)
    labels = to[proposal.labels]
    merged = tuple(tuple(np.flatnonzero(to == c).tolist()) for c in range(to.max() + 1))
    if len(merged) == len(proposal.supports):
        return split_of(tasks, proposal), evidence
    evidence = replace(evidence, merged=merged)
    if len(merged) == 1:
        return None, replace(evidence, accepted=False, reason="tasks differ, but do not conflict")
    left = joined(proposal, labels)
    evidence = replace(
        evidence, children=len(merged), stability=left.steadiness,
        kept=conflicts(labels, [view.joined(to) for view in views]),
    )  # fmt: skip
    return split_of(tasks, left), evidence


def resampled(config: Config, trainee: Trainee, gram: np.ndarray, purpose: str) -> Resamples:
    """Return the products of a node's tasks with episodes drawn again from those there are."""
    rng = generator(config.seed, trainee.name, trainee.step, purpose)
    return resample(gram, config.resamples, rng)


def as_told(step: int, children: int = 0) -> Evidence:
    """Return what is recorded of a node that is told to split into so many at a step, or not to."""
    said = "told to split so" if children else "told not to split here"
    return Evidence(step, bool(children), said, children or None)


def evidence_of(
    config: Config, step: int, proposal: Proposal, own: Statistics, null: NullTest | None, at: int
) -> Evidence:
    """Return what speaks for a proposal, the number ``at`` of those that ``own`` is about."""
    return Evidence(
        step=step,
        accepted=True,
        reason=f"structure beyond that of {chance_of(config)}" if null else "rule always",
        children=len(proposal.supports),
        variance=own.variance,
        p_variance=null.p_variance if null else None,
        cohesion=float(own.cohesions[at]),
        p_cut=null.p_cut if null else None,
        stability=proposal.steadiness,
        deals=config.deals if null else 0,
    )


def split_of(tasks: tuple[str, ...], proposal: Proposal) -> Split:
    """Return the tasks of each child by name."""
    groups, again = groups_of(tasks, proposal.labels), proposal.again
    resampled = tuple(groups_of(tasks, labels) for labels in again)
    return Split(groups, tuple(proposal.supports.tolist()), again=resampled)


def groups_of(tasks: Sequence[str], labels: np.ndarray) -> Groups:
    """Return the names of the tasks of each cluster, ``int[n]``."""
    names = np.array(tasks)
    return tuple(tuple(names[labels == c].tolist()) for c in np.unique(labels))
