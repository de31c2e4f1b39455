"""The verdict of a tree in a few sentences."""

from collections.abc import Iterator

from treemeta.analysis.verdict import Gain, Verdict
from treemeta.errors import printable
from treemeta.report.chance_text import ROUGH, chance_phrase
from treemeta.report.text import FEWEST
from treemeta.store.evidence import Evidence
from treemeta.store.records import Tree

MOST_NAMED = 5
RELIABLE = 0.5  # of directions: of less, more than half of what tells tasks apart is noise
CALLED = {"mse": "mean squared error", "accuracy": "accuracy"}


def verdict_text(tree: Tree, verdict: Verdict) -> list[str]:
    """Return what to do, whether a tree pays, whether sharing hurts, and how many groups there are,
    a sentence or two each."""
    begun = () if tree.status == "finished" else ("The tree is not finished.",)
    pays = [*begun, *_advice(tree, verdict), *_pays(tree, verdict), *_untested(tree)]
    return [" ".join(said) for said in (pays, _hurts(verdict), _groups(verdict))]


def _advice(tree: Tree, verdict: Verdict) -> Iterator[str]:
    """Yield what to do in a few words, where enough is known to say so."""
    told = (verdict.joint, verdict.other) if verdict.joint else ()  # as ``_pays`` tells of them
    gains = [one for one in told if one and one.tasks >= FEWEST]
    asked = verdict.asked
    if verdict.groups == 1:
        if asked and asked.children is not None:
            yield _shared(tree, verdict)
    elif better := [one.arm for one in gains if one.over.high < 0]:
        yield f"Do not split them: {better[-1]} does better."
    elif gains and all(one.over.low > 0 for one in gains):
        yield "Split them."
    elif gains and gains[0].over.low > 0:
        yield f"Splitting them pays, but {gains[-1].arm} may pay as much."
    elif gains:
        yield "That splitting them pays is not shown."
    elif asked and (asked.gain_low or 0.0) > 0:
        yield "Split them, by what the trial says."


def _shared(tree: Tree, verdict: Verdict) -> str:
    """Return what to do with tasks that were not split: not to find groups says little where
    directions are mostly noise."""
    reliability = tree.nodes[0].reliability
    tried = verdict.asked is not None and verdict.asked.gain is not None
    along = [one.low is not None and one.low >= 0 for one in verdict.conflicts]
    if tried or (along and all(along)) or reliability is None or reliability >= RELIABLE:
        return "Let them share one model."
    return (
        f"Nothing tells them apart so far, as directions are mostly noise (reliability "
        f"{reliability:.2f}): let them share one model, or ask earlier (--split-every) or with "
        "more --probe-episodes."
    )


def _untested(tree: Tree) -> Iterator[str]:
    """Yield which leaves no unseen task went to."""
    went = {node for one in tree.routes.values() for node, share in one.shares.items() if share}
    if tree.routes and (left := [one.name for one in tree.leaves() if one.name not in went]):
        which, verb = " and ".join(map(printable, left)), "is" if len(left) == 1 else "are"
        yield f"No unseen task went to {which}, which {verb} untested."


def _pays(tree: Tree, verdict: Verdict) -> Iterator[str]:
    metric = CALLED[tree.metric]
    if verdict.joint:
        said = _against(verdict.joint, "one shared init", metric)
        if other := verdict.other:
            best = f"{other.arm}, the best of the other single inits beside it"
            said += f", and {_against(other, best, metric)}"
        yield f"On {_counted(verdict.joint.tasks)} the tree {said}."
        if (times := verdict.times) and verdict.groups > 1:
            yield (
                f"It has {times.parameters:.2g} times the parameters of one shared init, and took "
                f"{times.training:.2g} times the operations to train, probes and trials included."
            )
        return
    asked = verdict.asked
    if verdict.groups > 1 and asked and asked.gain is not None:
        low, high = asked.gain_low or 0.0, asked.gain_high or 0.0
        yield (
            f"In the trial of the first split the children's {metric} on their own tasks was "
            f"better by {asked.gain:.3f} (95 % interval {low:+.3f} to {high:+.3f})."
        )
    elif verdict.groups > 1:
        yield "Nobody has tried whether the splits pay."
    elif asked:
        yield f"No split was made: {printable(asked.reason)} (asked at step {asked.step})."
    else:
        yield "Nobody has asked whether the tasks should be split."
    if verdict.groups > 1:
        yield (
            "Whether it beats one shared init on unseen tasks is for treemeta compare --arms "
            "joint,tree, with its options, to say."
        )


def _against(gain: Gain, name: str, metric: str) -> str:
    over, enough = gain.over, gain.tasks >= FEWEST
    verb = "is not told apart from"
    if enough and (over.low > 0 or over.high < 0):
        verb = "beats" if over.low > 0 else "does worse than"
    less = " less" if metric == CALLED["mse"] else ""
    sure = f", 95 % interval {over.low:+z.3f} to {over.high:+z.3f}" if enough else ""
    return f"{verb} {name} ({over.mean:+z.3f}{less} {metric}{sure})"


def _counted(tasks: int) -> str:
    if tasks < FEWEST:
        return f"{tasks} unseen tasks, too few for an interval,"
    return f"{tasks} unseen tasks" + (", so few that intervals are rough," if tasks < ROUGH else "")


def _hurts(verdict: Verdict) -> Iterator[str]:
    known = verdict.conflicts
    if not known:
        yield _unmeasured(verdict.asked)
        return
    apart = [one for one in known if one.high is not None and one.high < 0]
    along = [one for one in known if one.low is not None and one.low >= 0]
    worst = min(apart or known, key=lambda one: one.cosine or 0.0)
    interval = worst.low is not None and worst.high is not None
    sure = f", 95 % interval {worst.low:+.2f} to {worst.high:+.2f}" if interval else ""
    size = f"(cosine {worst.cosine:+.2f}{sure})"
    farthest = ", the farthest" if len(known) > 1 else ""

    def pairs(counted: int) -> str:
        several = f"{counted} of {len(known)} pairs of groups"
        return several if len(known) > 1 else "the two groups"

    if apart and verdict.groups == 1:
        yield f"The mean gradients of {pairs(len(apart))} that were proposed point apart{farthest}"
        gained = verdict.asked.gain if verdict.asked else None
        tried = "was not tried" if gained is None else f"gained no more than noise ({gained:+z.3f})"
        yield f"{size}, but to part them {tried}."
    elif apart:
        hurt = pairs(len(apart))
        yield f"Sharing hurts: the mean gradients of {hurt} point apart{farthest} {size}."
    elif len(along) == len(known):
        yield f"Sharing does not hurt: no groups' mean gradients point apart{farthest} {size}."
    else:
        unsure = pairs(len(known) - len(along))
        yield f"Whether sharing hurts is not sure: the mean gradients of {unsure} may point apart"
        yield f"or not{farthest} {size}."


def _unmeasured(asked: Evidence | None) -> str:
    """Return why nothing is known of conflict."""
    if asked and asked.between_children:
        return "Whether sharing hurts is unknown: the groups' mean gradients are all noise."
    if asked and (asked.proposed or asked.accepted):
        return "Whether sharing hurts was not measured, which --direction meta_gradient would."
    return "Whether sharing hurts was not measured, as no groups were proposed."


def _groups(verdict: Verdict) -> Iterator[str]:
    asked = verdict.asked
    if verdict.groups == 1:
        yield f"All {verdict.tasks} tasks stay in one group."
        return
    yield f"The {verdict.tasks} tasks fall into {verdict.groups} groups"
    if asked and asked.stability is not None:
        yield (
            f"({asked.children} at the root: when episodes are drawn again the least stable of "
            f"them overlaps itself by {asked.stability:.2f}; {chance_phrase(asked)})."
        )
    else:
        yield "(how sure that is was not asked)."
    if verdict.astray is None:
        return
    if not verdict.astray:
        yield "Every task lies closest to its own group."
        return
    named = ", ".join(map(printable, verdict.astray[:MOST_NAMED]))
    more = len(verdict.astray) - MOST_NAMED
    others = f" and {more} more" if more > 0 else ""
    yield f"Closer to another group than to their own are {named}{others}."
