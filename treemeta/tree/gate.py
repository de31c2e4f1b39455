"""The gate: a split is tried before it is made, and made only if it pays."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import ttest_1samp

from treemeta.store.evidence import Evidence, Tried

CONFIDENCE = 0.95
SHARES = ("trunk", "none")  # what children might share, the least costly first
# A trunk goes on gaining when copies are done: of its gain in the end a trial has seen about half.
SEEN = 0.5


@dataclass(frozen=True)
class Gain:
    """By how much one thing beats another: the mean over tasks of the paired differences of
    accuracy, with its 95 % interval."""

    mean: float
    low: float
    high: float


def paired_gain(differences: np.ndarray) -> Gain:
    """Return the mean of differences ``float[tasks]`` with Student's interval; where they are all
    equal, as those of a single task, the interval is a point."""
    mean = float(differences.mean())
    if len(differences) < 2 or np.ptp(differences) == 0:
        return Gain(mean, mean, mean)
    low, high = ttest_1samp(differences, 0.0).confidence_interval(CONFIDENCE)
    return Gain(mean, float(low), float(high))


def chosen(differences: Mapping[str, np.ndarray]) -> tuple[str, Gain]:
    """Return what children should share, and what they gain then: the least costly that gains, but
    for one that gains more than it promises to, by more than noise."""
    best, gain = next((s, paired_gain(differences[s])) for s in SHARES if s in differences)
    for share in SHARES:
        if share not in differences or share == best:
            continue
        dearer = paired_gain(differences[share])
        lead = paired_gain(differences[share] - differences[best] / SEEN)
        if dearer.low > 0 and (gain.low <= 0 or lead.low > 0):
            best, gain = share, dearer
    return best, gain


def judged(
    evidence: Evidence, differences: Mapping[str, np.ndarray], steps: int, children: int
) -> tuple[Evidence, str]:
    """Return the evidence of a split with what its trial said, and what the children share: it is
    made only if the interval of its gain lies above 0. Of the trial's ``steps``, those of the node
    alone or of its children were in vain."""
    share, gain = chosen(differences)
    accepted = gain.low > 0
    others = len(differences) - 1 if accepted else len(differences)
    gains = {one: paired_gain(found) for one, found in differences.items()}
    verdict = replace(
        evidence,
        accepted=accepted,
        reason=evidence.reason if accepted else "its children do no better than it does alone",
        gain=gain.mean,
        gain_low=gain.low,
        gain_high=gain.high,
        trial_steps=steps * (others * children + accepted),
        tried=tuple(Tried(one, found.mean, found.low, found.high) for one, found in gains.items()),
    )
    return verdict, share
