"""What becomes of a node at a stop: it is probed, its split weighed, and tried."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.store.evidence import Evidence
from treemeta.tree.deals import Dealt
from treemeta.tree.evidence import Statistics
from treemeta.tree.forecast import forecast
from treemeta.tree.foresight import affordable, can_foresee, foresee
from treemeta.tree.gate import judged
from treemeta.tree.growing import Growing
from treemeta.tree.growth import Cuts, Growth, Weighed
from treemeta.tree.probe import Probe, probe
from treemeta.tree.reassign import changes, regrouped_by, with_tasks
from treemeta.tree.route import make_fork
from treemeta.tree.split import Split, as_told, weigh_split
from treemeta.tree.stretch import Listen, Progress, is_asked
from treemeta.tree.trial import examine_trial, try_split


def weigh(growth: Growth, one: Growing) -> Weighed:
    """Return what becomes of a node at a stop: cut as it was told, or as was found and tried."""
    config, trainee = growth.setting.config, one.trainee
    observed = None
    if growth.probed:
        with _timing(growth.listen, trainee):
            observed = probe_node(growth.setting, trainee)
    if not is_asked(config, trainee, trainee.step):
        return Weighed(one, observed)
    if growth.cuts is not None:
        split, evidence = given_split(growth.cuts, trainee)
    else:
        assert observed is not None, "only a node that is told where to split need not be probed"
        with _timing(growth.listen, trainee):
            known = growth.memory.deals.get((trainee.name, trainee.step), [])
            dealt = _telling_deals(growth, trainee)
            split, evidence = weigh_split(growth.setting, trainee, observed, dealt, known)
    if split and observed and config.gate == "gain" and growth.cuts is None:
        return try_out(growth, one, observed, split, evidence)
    growth.listen(Progress(trainee.name, trainee.step, evidence=evidence))
    split = replace(split, share=config.share) if split else None  # without a gate never auto
    return Weighed(replace(one, evidence=(*one.evidence, evidence)), observed, split)


def given_split(cuts: Cuts, trainee: Trainee) -> tuple[Split | None, Evidence]:
    """Return the split that a node is told to make at its step, if any."""
    step, groups = cuts.get(trainee.name, (None, ()))
    if step != trainee.step:
        return None, as_told(trainee.step)
    split = Split(groups, (1.0,) * len(groups))
    return split, as_told(trainee.step, len(groups))


def try_out(
    growth: Growth, one: Growing, observed: Probe, split: Split, evidence: Evidence
) -> Weighed:
    """Return what becomes of a node whose tasks differ: its trial says whether a split pays.

    Neither outcome wastes what was trained for it: the children go on from where the trial has
    brought them, or the node does.
    """
    before, fork = one.trainee, make_fork(observed, split.groups)
    evidence = expected(growth, before, split, evidence)
    trial = try_split(growth.setting, before, split.groups, growth.listen, growth.memory)
    examined = examine_trial(growth.setting, before, fork, trial)
    gained = {share: found.differences for share, found in examined.items()}
    ((parent, loss),) = trial.parent.trained
    verdict, share = judged(evidence, gained, parent.step - before.step, len(split.groups))
    kept = trial.children[share] if verdict.accepted else trial.parent
    begun = kept.trained
    if verdict.accepted and growth.setting.config.route != "direction":
        groups = regrouped_by(growth.setting.config, begun, examined[share].routed)
        names = [child.name for child, _ in begun]
        verdict = replace(verdict, moved=changes(names, split.groups, groups))
        split = split.regrouped(groups)
        begun = with_tasks(growth.setting.dataset, begun, groups)
    growth.listen(Progress(before.name, before.step, evidence=verdict))
    for event in kept.heard:
        growth.listen(event)
    weighed = replace(one, evidence=(*one.evidence, verdict))
    if verdict.accepted:
        return Weighed(weighed, observed, replace(split, share=share), begun)
    # Where it stands now it may be weighed again, or is finished: the level's loop sees to it.
    return Weighed(replace(weighed, trainee=parent, loss=loss), observed)


def expected(growth: Growth, node: Trainee, split: Split, evidence: Evidence) -> Evidence:
    """Return the evidence of a split with what its children are expected to gain, if that can be
    told. The episodes are others than those that the split was found by."""
    config = growth.setting.config
    if not can_foresee(config):
        return evidence
    with _timing(growth.listen, node):
        episodes = affordable(config, len(node.tasks), node.step)
        seen = foresee(growth.setting, node, episodes)
    return replace(evidence, forecast=forecast(seen, split.groups))


def probe_node(setting: Setting, trainee: Trainee) -> Probe:
    """Return the directions of a node's tasks where it stands.

    The step is not part of the address: a node is probed with the same episodes each time.
    """
    episodes = setting.config.probe_episodes
    return probe(setting, trainee.init, list(trainee.tasks), episodes, (trainee.name,))


@contextmanager
def _timing(listen: Listen, trainee: Trainee) -> Iterator[None]:
    """Tell how long something took that is not training."""
    began = time.perf_counter()
    yield
    listen(Progress(trainee.name, trainee.step, seconds=time.perf_counter() - began))


def _telling_deals(growth: Growth, trainee: Trainee) -> Dealt:
    def dealt(of_deals: list[Statistics]) -> None:
        growth.listen(Progress(trainee.name, trainee.step, deals=len(of_deals)))
        growth.memory.note_deals(trainee, of_deals)

    return dealt
